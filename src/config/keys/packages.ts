// lazy: QuickJS reads this file when one of its functions is called.
import type { Descriptions } from '../description.ts';
import type { KeyRow } from '../key-table.ts';
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
export const packagesKeys = (): KeyRow[] => [
  [packagesOrFiles, ['Install'], ['steps']],
  [packageNames, ['Remove'], ['steps']],
  [files, ['Repository', 'RepositoryKey'], ['steps']],
];

// What the manual says of them.

export const packagesHelp = (): Descriptions => ({
  Install: {
    help: "Packages to add to the tree. The tree's own package manager (apt, dnf or rpm-ostree) installs them again whenever the tree or one of them has an update. ./FILE is a package file in the directory of the guest file. With apt, install curl(1) on the host: updates that find nothing new then start no container. With By=rpm-ostree, list names only. The list is complete: packages layered by hand that are not in it are removed. The same holds for Remove=.",
    repeatable: true,
  },
  Remove: {
    help: 'Packages to remove from the tree. A package that the tree does not have is ignored, but apt fails on a name that it does not know.',
    repeatable: true,
  },
  Repository: {
    help: 'Additional package repositories: files in the format of the package manager (.sources, .list or .repo). They do not become part of the tree. From a directory of this host, which one of these files names with file:, the package manager can read what all users may read. A directory that only a file of the tree names is not available to it.',
    repeatable: true,
  },
  RepositoryKey: { help: 'Files with the public keys of these repositories.', repeatable: true },
});
