import { type Dirent, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { unlessMissing } from './node-files.ts';

/** Lists all that is below a directory, by paths in it. Follows no link; without `withFileTypes`, readdirSync() would. */
export const pathsBelow = (directory: string): string[] => below(directory).map(({ path }) => path);

/** Lists the files below a directory, by paths in it; none if it is missing. */
export const filesBelow = (directory: string): string[] =>
  (unlessMissing(() => below(directory)) ?? []).filter(({ entry }) => entry.isFile()).map(({ path }) => path);

const below = (directory: string): { readonly path: string; readonly entry: Dirent }[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).map((entry) => ({
    path: join(relative(directory, entry.parentPath), entry.name),
    entry,
  }));
