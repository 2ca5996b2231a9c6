// lazy: QuickJS reads this file when one of its functions is called.
import type { Row } from '../key-table.ts';
import { localPath } from '../local-file.ts';
import { pattern } from '../types.ts';

const name = '[A-Za-z0-9][A-Za-z0-9+._:=~@-]*';

const packagesOrFiles = pattern(
  'names of packages, or files that start with ./ or /',
  new RegExp(`^(${name}|${localPath})(\\s+(${name}|${localPath}))*$`),
);
const packageNames = pattern('names of packages', new RegExp(`^${name}(\\s+${name})*$`));
const files = pattern('files that start with ./ or /', new RegExp(`^${localPath}(\\s+${localPath})*$`));

/** What is added to the tree by its own package manager. */
export const packagesKeys = (): Row[] => [
  [packagesOrFiles, ['Install'], ['steps']],
  [packageNames, ['Remove'], ['steps']],
  [files, ['Repository', 'RepositoryKey'], ['steps']],
];
