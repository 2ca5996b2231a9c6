import type { Row } from '../key-table.ts';
import { pattern } from '../types.ts';

const name = '[A-Za-z0-9][A-Za-z0-9+._:=~@-]*';
const file = '\\.?(/[\\w.+@~-]+)+';

const packagesOrFiles = pattern(
  'names of packages, or files that start with ./ or /',
  new RegExp(`^(${name}|${file})(\\s+(${name}|${file}))*$`),
);
const packageNames = pattern('names of packages', new RegExp(`^${name}(\\s+${name})*$`));
export const localFile = pattern('a file that starts with ./ or /', new RegExp(`^${file}$`));
const files = pattern('files that start with ./ or /', new RegExp(`^${file}(\\s+${file})*$`));

/** What is added to the tree by its own package manager. */
export const packagesKeys = (): Row[] => [
  [packagesOrFiles, 'Install'],
  [packageNames, 'Remove'],
  [files, 'Repository RepositoryKey'],
];
