import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Lists all that is below a directory, by paths in it. Follows no link; without `withFileTypes`, readdirSync() would. */
export const pathsBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).map(({ parentPath, name }) =>
    join(relative(directory, parentPath), name),
  );
