import { basename, dirname } from 'node:path';
import type { Reader } from '../config/search.ts';
import { nodeFiles } from '../host/node-files.ts';

/** Texts of files that are about to be written, by their paths. */
export type Planned = ReadonlyMap<string, string>;

/** The files of the host as they will be once these are written. */
export function withPlanned(planned: Planned): Reader {
  const paths = [...planned.keys()];
  // A new drop-in also adds its directory to the one above.
  const added = [...paths, ...paths.map(dirname)];
  return {
    list: (directory) => {
      const names = added.filter((path) => dirname(path) === directory).map((path) => basename(path));
      return [...new Set([...nodeFiles.list(directory), ...names])];
    },
    read: (path) => planned.get(path) ?? nodeFiles.read(path),
  };
}
