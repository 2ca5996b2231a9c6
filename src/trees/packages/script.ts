import { basename } from 'node:path';
import type { Packages } from '../../config/packages.ts';
import { shellQuoted } from '../../host/shell-word.ts';

/** The input directory in the container; see package-container.ts. */
export const inputDirectory = '/run/layers';

/** A package manager, as scripts for the tree's own shell. */
export interface Manager {
  /** The program that a tree with this package manager has. */
  readonly program: string;
  /** Refreshes the repositories, and prints the versions that an installation would use: `planLine`. */
  plan(packages: Packages): string;
  readonly planLine: RegExp;
  /** Finds in the output of the plan what each repository offered: its address, and a digest of its index. */
  readonly indexLine?: RegExp;
  /** The tree for planning: a throwaway copy if only a real installation can tell. */
  readonly planOn: 'links' | 'copy';
  /** Executes the plan. */
  install(packages: Packages): string;
  /** Finds a failed script of a package in its output, if it succeeds nevertheless. */
  failedScript?(output: string): string | undefined;
}

/** Creates the content of /var as at a start, and adds the repositories of the site. */
export const setUp = (repositories: string, packages: Packages): string =>
  [
    'set -eu',
    'export DEBIAN_FRONTEND=noninteractive HOME=/root LC_ALL=C.UTF-8',
    'mkdir -p -m 1777 /sysroot/tmp',
    'systemd-tmpfiles --create --prefix=/var >/dev/null 2>&1 || :',
    'systemd-sysusers >/dev/null 2>&1 || :',
    putInto(repositories, 'repositories', packages.repositories),
  ].join('\n');

/** Copies files of the site to where the package manager looks, under names that the tree does not have. */
export const putInto = (directory: string, kind: InputKind, files: readonly string[]): string =>
  files
    .map(
      (file) =>
        `mkdir -p ${directory}; cp ${inInput(kind, file)} ${shellQuoted(`${directory}/${own(file)}`)}`,
    )
    .join('\n');

/** Removes these files again. */
export const takeFrom = (directory: string, files: readonly string[]): string =>
  files.map((file) => `rm ${shellQuoted(`${directory}/${own(file)}`)}`).join('\n');

const own = (file: string): string => `ostree-guests-${basename(file)}`;

type InputKind = 'packages' | 'repositories' | 'keys';

/** Returns the path of an input file, as a word of the script. */
export const inInput = (kind: InputKind, file: string): string =>
  shellQuoted(`${inputDirectory}/${kind}/${basename(file)}`);
