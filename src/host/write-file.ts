import { type WriteFileOptions, writeFileSync } from 'node:fs';

/** Writes a file. If the disk is full, the error names the file: that of writeFileSync() does not. */
export const writeFile = (file: string, content: string | Buffer, options?: WriteFileOptions): void =>
  namingFile(file, () => writeFileSync(file, content, options));

/** Runs what writes into an open file, and adds the path of the file to an error that has none. */
export function namingFile<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw error instanceof Error && !('path' in error) ? Object.assign(error, { path: file }) : error;
  }
}
