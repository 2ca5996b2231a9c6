// Paths of the host that have the name of a guest, besides its guest file and its state directory.
import { enabledDirectory } from '../../config/paths.ts';
import { isThere, nodeFiles } from '../../host/node-files.ts';
import { driver } from '../../machine/driver.ts';

const unitDirectories = [enabledDirectory, `${enabledDirectory}.control`];

/** A path of the guest, and its name after the rename. */
export interface Renamed {
  readonly from: string;
  readonly to: string;
}

/** Finds drop-ins, settings and enablement of the units of a guest, stamps of its timers, and an administrator's settings. */
export const namedAfter = (from: string, to: string): Renamed[] => [
  ...unitDirectories.flatMap((directory) => [
    ...unitFiles(directory, from, to),
    ...nodeFiles
      .list(directory)
      .filter((name) => /\.(wants|requires|upholds)$/.test(name))
      .flatMap((name) => unitFiles(`${directory}/${name}`, from, to)),
  ]),
  ...nodeFiles.list('/var/lib/systemd/timers').flatMap((name) => {
    const renamed = name.startsWith('stamp-')
      ? renamedUnit(name.slice('stamp-'.length), from, to)
      : undefined;
    return renamed === undefined ? [] : [pathsIn('/var/lib/systemd/timers', name, `stamp-${renamed}`)];
  }),
  ...driver
    .settings(from)
    .map((path, index) => ({ from: path, to: driver.settings(to)[index] ?? path }))
    .filter(({ from: path }) => isThere(path)),
];

const unitFiles = (directory: string, from: string, to: string): Renamed[] =>
  nodeFiles.list(directory).flatMap((name) => {
    const renamed = renamedUnit(name, from, to);
    return renamed === undefined ? [] : [pathsIn(directory, name, renamed)];
  });

const pathsIn = (directory: string, from: string, to: string): Renamed => ({
  from: `${directory}/${from}`,
  to: `${directory}/${to}`,
});

/** Returns the name of a unit, or of its directory of drop-ins, after the rename; undefined if it is of another guest. */
function renamedUnit(name: string, from: string, to: string): string | undefined {
  const [, template, instance, rest] = /^([^@]+)@(.+?)(\.(?:service|timer)(?:\.d)?)$/.exec(name) ?? [];
  const isOurs = `${template}@x.service` === driver.unit('x') || template?.startsWith('ostree-guest-');
  return isOurs && instance === from ? `${template}@${to}${rest}` : undefined;
}
