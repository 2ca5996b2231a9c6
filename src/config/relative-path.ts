import type { Position } from './problem.ts';

/** Resolves a path of the host: ./ is the directory of the file that names it. */
export const besideFile = (path: string, { file }: Position): string =>
  path.replace(/^\.(?=\/)/, file.replace(/\/[^/]*$/, ''));
