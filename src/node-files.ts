import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Files } from './config/files.ts';

/** The file system port, on Node. */
export const nodeFiles: Files = {
  list: (directory) => unlessMissing(() => readdirSync(directory)) ?? [],
  read: (file) => unlessMissing(() => readFileSync(file, 'utf8')),
  write: (file, text) => writeFileSync(file, text),
  link: (target, path) => symlinkSync(target, path),
  makeDirectory: (path) => void mkdirSync(path, { recursive: true }),
};

/** Nothing where there is no such file or directory; other errors are thrown. */
export function unlessMissing<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
