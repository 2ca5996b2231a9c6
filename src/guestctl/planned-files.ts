import { basename, dirname } from 'node:path';
import type { Reader } from '../config/search.ts';
import { nodeFiles } from '../host/node-files.ts';

/** Texts of files that are about to be written, by their paths. */
export type Planned = ReadonlyMap<string, string>;

/** The files of the host as they will be once these are written. */
export const withPlanned = (planned: Planned): Reader => ({
  list: (directory) => [
    ...nodeFiles.list(directory),
    ...[...planned.keys()].filter((path) => dirname(path) === directory).map((path) => basename(path)),
  ],
  read: (path) => planned.get(path) ?? nodeFiles.read(path),
});
