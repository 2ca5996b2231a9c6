import type { Position } from './problem.ts';

/** A file of the host: what starts with ./ is beside the file in which it is written. */
export const besideFile = (path: string, { file }: Position): string =>
  path.replace(/^\.(?=\/)/, file.replace(/\/[^/]*$/, ''));
