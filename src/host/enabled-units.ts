import { enabledDirectory } from '../config/paths.ts';
import { nodeFiles } from './node-files.ts';

/** Returns the enabled units, by their links: systemd.unit(5). Asking systemd takes milliseconds for each. */
export const enabledUnits = (): Set<string> =>
  new Set(
    nodeFiles
      .list(enabledDirectory)
      .filter((name) => /\.(wants|requires)$/.test(name))
      .flatMap((name) => nodeFiles.list(`${enabledDirectory}/${name}`)),
  );
