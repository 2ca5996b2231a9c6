import type { Key } from '../schema.ts';
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

const row = (key: string, type: Key['type'], help: string): Key => ({
  ...{ section: 'Packages', name: key, type, help, repeatable: true },
});

/** What is added to the tree by its own package manager. */
export const packagesKeys: readonly Key[] = [
  row(
    'Install',
    packagesOrFiles,
    "Packages to add to the tree, by the tree's own package manager (apt or dnf), each time the tree or one of them is updated. Takes names of packages, or files that start with ./ (beside the guest file) or /.",
  ),
  row('Remove', packageNames, 'Packages to remove from the tree.'),
  row(
    'Repository',
    files,
    'More repositories to install from: files in the format of the package manager (.sources, .list or .repo). They are used for installing, and do not become a part of the tree.',
  ),
  row('RepositoryKey', files, 'The public keys of these repositories.'),
];
