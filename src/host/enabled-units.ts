import { readdirSync } from 'node:fs';
import { unlessMissing } from './node-files.ts';

/** Where systemctl(1) keeps what was enabled for good. */
const directory = '/etc/systemd/system';

/** The units that are enabled: for each there is a link of its name, systemd.unit(5). Asked, systemd takes milliseconds for each. */
export const enabledUnits = (): Set<string> =>
  new Set(
    list(directory)
      .filter((name) => /\.(wants|requires)$/.test(name))
      .flatMap((name) => list(`${directory}/${name}`)),
  );

const list = (path: string): string[] => unlessMissing(() => readdirSync(path)) ?? [];
