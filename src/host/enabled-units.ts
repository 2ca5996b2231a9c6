import { readdirSync } from 'node:fs';
import { unlessMissing } from './node-files.ts';

/** The directory in which systemctl(1) records enabled units. */
const directory = '/etc/systemd/system';

/** Returns the enabled units, by their links: systemd.unit(5). Asking systemd takes milliseconds for each. */
export const enabledUnits = (): Set<string> =>
  new Set(
    list(directory)
      .filter((name) => /\.(wants|requires)$/.test(name))
      .flatMap((name) => list(`${directory}/${name}`)),
  );

const list = (path: string): string[] => unlessMissing(() => readdirSync(path)) ?? [];
