// lazy: QuickJS reads this file when one of its functions is called.
import { besideFile } from './relative-path.ts';
import type { Values } from './values.ts';

/** The packages that the tree's own package manager adds and removes. */
export interface Packages {
  readonly install: readonly string[];
  /** Files of the host to be installed. */
  readonly files: readonly string[];
  readonly remove: readonly string[];
  /** Files of the host: repositories to install from, and their keys. */
  readonly repositories: readonly string[];
  readonly keys: readonly string[];
}

/** Returns undefined if no packages are declared. */
export function packagesOf(values: Values): Packages | undefined {
  const words = (key: string) =>
    values
      .effective('Packages', key)
      .flatMap(({ value, at }) => value.split(/\s+/).map((word) => besideFile(word, at)));
  const [install, remove] = [words('Install'), words('Remove')];
  if (install.length === 0 && remove.length === 0) return undefined;
  const isFile = (word: string) => word.startsWith('/');
  return {
    install: install.filter((word) => !isFile(word)),
    files: install.filter(isFile),
    remove,
    repositories: words('Repository'),
    keys: words('RepositoryKey'),
  };
}

/** Returns the files of the host that packages are made of or come from. */
export const filesOfPackages = ({ files, repositories, keys }: Packages): string[] => [
  ...files,
  ...repositories,
  ...keys,
];

/** Describes the packages for people. */
export const packagesWords = ({ install, files, remove }: Packages): string =>
  [
    ...install,
    ...files.map((file) => file.replace(/^.*\//, '')),
    ...remove.map((name) => `without ${name}`),
  ].join(', ');
