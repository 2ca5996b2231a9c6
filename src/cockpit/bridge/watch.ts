// Tells when something may have changed: by the signals of systemd, and by watches on files. Nothing is polled.
import { isOurs, unitOfPath } from '../model/unit-names.ts';
import { type SignalProperties, UnitSignals } from '../model/unit-signals.ts';
import { cockpit } from './cockpit.ts';

const manager = ['/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager'] as const;
const properties = 'org.freedesktop.DBus.Properties';
const service = 'org.freedesktop.systemd1.Service';

interface UnitWatcher {
  /** Called whenever a unit of a guest, build or mirror changes, or systemd has reloaded. */
  readonly changed: () => void;
  /** Called whenever a service says how far it is. */
  readonly advanced: (progress: ReadonlyMap<string, string>) => void;
}

export function watchUnits({ changed, advanced }: UnitWatcher): void {
  const bus = cockpit.dbus('org.freedesktop.systemd1', { bus: 'system' });
  const signals = new UnitSignals();
  const take = (unitPath: string, about: string, said: SignalProperties) => {
    const unit = unitOfPath(unitPath) ?? '';
    if (!isOurs(unit)) return;
    const before = signals.progress;
    if (signals.isNews({ unit, about, said })) changed();
    if (signals.progress !== before) advanced(signals.progress);
  };
  const [path, name] = manager;
  bus.subscribe(
    {
      interface: properties,
      member: 'PropertiesChanged',
      path_namespace: '/org/freedesktop/systemd1/unit',
    },
    (unitPath, _name, _signal, [about, said]) => {
      if (typeof about === 'string' && isProperties(said)) take(unitPath, about, said);
    },
  );
  for (const member of ['UnitNew', 'UnitRemoved', 'JobRemoved', 'UnitFilesChanged', 'Reloading'])
    bus.subscribe({ interface: name, member, path }, (_path, _name, signal, args) => {
      const units = args.filter((argument) => typeof argument === 'string');
      if (signal === 'Reloading' || signal === 'UnitFilesChanged' || units.some(isOurs)) changed();
    });
  // Without it, systemd sends no signals.
  bus.call(path, name, 'Subscribe', []).then(() => {}, ignore);
  // What runs already says nothing until it goes on.
  bus
    .call(path, name, 'ListUnitsByPatterns', [['activating', 'active'], ['ostree-guest-*@*.service']])
    .then(([units]) => {
      for (const unitPath of pathsIn(units))
        bus
          .call(unitPath, properties, 'Get', [service, 'StatusText'])
          .then(
            ([StatusText]) => take(unitPath, service, { StatusText: { v: contentOf(StatusText) } }),
            ignore,
          );
    }, ignore);
}

/** The next signal says it, too. */
const ignore = () => {};

const isProperties = (value: unknown): value is SignalProperties =>
  typeof value === 'object' && value !== null;

const contentOf = (variant: unknown): unknown => (isProperties(variant) ? variant['v'] : undefined);

/** Returns the paths on the bus of a list of units: org.freedesktop.systemd1(5), ListUnits(). */
const pathsIn = (units: unknown): string[] =>
  (Array.isArray(units) ? units : []).flatMap((unit: unknown) =>
    Array.isArray(unit) && typeof unit[6] === 'string' ? [unit[6]] : [],
  );

/** Calls back whenever something in a directory changes. It may be missing. */
export function watchDirectory(path: string, changed: () => void): void {
  cockpit.channel({ payload: 'fswatch1', path, superuser: 'try' }).addEventListener('message', changed);
}
