// Tells when something may have changed: by the signals of systemd, and by watches on files. Nothing is polled.
import { isOurs, unitOfPath } from '../model/unit-names.ts';
import { cockpit } from './cockpit.ts';

const manager = ['/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager'] as const;

/** Calls back whenever a unit of a guest or build changes, or systemd has reloaded. */
export function watchUnits(changed: () => void): void {
  const bus = cockpit.dbus('org.freedesktop.systemd1', { bus: 'system' });
  const [path, name] = manager;
  bus.subscribe(
    {
      interface: 'org.freedesktop.DBus.Properties',
      member: 'PropertiesChanged',
      path_namespace: '/org/freedesktop/systemd1/unit',
    },
    (of) => {
      if (isOurs(unitOfPath(of) ?? '')) changed();
    },
  );
  for (const member of ['UnitNew', 'UnitRemoved', 'JobRemoved', 'UnitFilesChanged', 'Reloading'])
    bus.subscribe({ interface: name, member, path }, (_path, _name, signal, args) => {
      const units = args.filter((argument) => typeof argument === 'string');
      if (signal === 'Reloading' || signal === 'UnitFilesChanged' || units.some(isOurs)) changed();
    });
  // Without it, systemd sends no signals.
  bus.call(path, name, 'Subscribe', []).then(
    () => {},
    () => {},
  );
}

/** Calls back whenever something in a directory changes. It may be missing. */
export function watchDirectory(path: string, changed: () => void): void {
  cockpit.channel({ payload: 'fswatch1', path, superuser: 'try' }).addEventListener('message', changed);
}
