import { pattern } from './types.ts';

/** The path of a file of the host: absolute, or relative to the file that names it. */
export const localPath = '\\.?(/[\\w.+@~-]+)+';
export const localFile = pattern('a file that starts with ./ or /', `^${localPath}$`);
