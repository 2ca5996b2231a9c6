import { basename } from 'node:path';
import type { Packages } from '../../config/packages.ts';
import { shellQuoted } from '../../host/shell-word.ts';

/** Where a container finds what it is given; see container.ts. */
export const inputDirectory = '/run/layers';

/** How a package manager is told what to do: as scripts for the tree's own shell. */
export interface Manager {
  /** The program by which a tree is known to have it. */
  readonly program: string;
  /** Fetches what the repositories offer, and prints which versions an installation would bring: `planLine`. */
  plan(packages: Packages): string;
  readonly planLine: RegExp;
  /** What the plan is made on: where nothing less than the installation tells, a copy that is thrown away. */
  readonly planOn: 'links' | 'copy';
  /** Does what was planned. */
  install(packages: Packages): string;
  /** Finds the failed script of a package in what it printed; it goes on and succeeds all the same. */
  failedScript?(output: string): string | undefined;
}

/** What the tree expects in /var is made as at a start; then come the site's own repositories. */
export const setUp = (repositories: string, packages: Packages): string =>
  [
    'set -eu',
    'export DEBIAN_FRONTEND=noninteractive HOME=/root LC_ALL=C.UTF-8',
    'mkdir -p -m 1777 /sysroot/tmp',
    'systemd-tmpfiles --create --prefix=/var >/dev/null 2>&1 || :',
    'systemd-sysusers >/dev/null 2>&1 || :',
    putInto(repositories, 'repositories', packages.repositories),
  ].join('\n');

/** Puts files of the site where the package manager looks for them, under names that the tree does not have ... */
export const putInto = (directory: string, kind: InputKind, files: readonly string[]): string =>
  files
    .map(
      (file) =>
        `mkdir -p ${directory}; cp ${inInput(kind, file)} ${shellQuoted(`${directory}/${own(file)}`)}`,
    )
    .join('\n');

/** ... so that they can be taken away again. */
export const takeFrom = (directory: string, files: readonly string[]): string =>
  files.map((file) => `rm ${shellQuoted(`${directory}/${own(file)}`)}`).join('\n');

const own = (file: string): string => `ostree-guests-${basename(file)}`;

type InputKind = 'packages' | 'repositories' | 'keys';

/** A file that the container was given, as a word of the script. */
export const inInput = (kind: InputKind, file: string): string =>
  shellQuoted(`${inputDirectory}/${kind}/${basename(file)}`);
