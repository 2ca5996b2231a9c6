// The files of src/, for tests of how the program is written.
import { readdirSync } from 'node:fs';

/** All TypeScript below src/, by paths in it. */
export const sources: readonly string[] = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file),
);
