import { readdirSync } from 'node:fs';
import { enabledDirectory } from '../config/paths.ts';
import { unlessMissing } from './node-files.ts';

/** Returns the enabled units, by their links: systemd.unit(5). Asking systemd takes milliseconds for each. */
export const enabledUnits = (): Set<string> =>
  new Set(
    list(enabledDirectory)
      .filter((name) => /\.(wants|requires)$/.test(name))
      .flatMap((name) => list(`${enabledDirectory}/${name}`)),
  );

const list = (path: string): string[] => unlessMissing(() => readdirSync(path)) ?? [];
