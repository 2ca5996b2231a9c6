import { existsSync } from 'node:fs';
import { buildRepository } from '../../config/build.ts';
import { Failure } from '../../host/failure.ts';
import { readInside, requireDirectory } from '../../host/tree-files.ts';
import { isChecksum } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import { requirePlainVersion } from '../../ostree/plain-version.ts';
import { holdCommit, readCommit, versionOf } from '../../ostree/repository.ts';
import { dropSpecialFiles } from '../image/unpack.ts';
import { requireInit } from '../layout/init.ts';
import { forgetMachine, layOut } from '../layout/layout.ts';
import { builtRef } from './built-ref.ts';
import { findRoot } from './root.ts';

export interface Committed {
  readonly checksum: string;
  readonly isNew: boolean;
}

/** The repository of a build. Of the same mode as those of guests, so that they can link what is in it. */
export async function ensureRepository(name: string): Promise<void> {
  const repository = buildRepository(name);
  // Its configuration is what `ostree init` writes last.
  if (existsSync(`${repository}/config`)) return;
  await ostree(`Cannot make ${repository}`, 'init', `--repo=${repository}`, '--mode=bare');
}

/** What a container left. */
export interface BuildToCommit {
  readonly name: string;
  /** The root directory of the container ... */
  readonly container: string;
  /** ... and the directory in it that the commands ran in. */
  readonly workPlace: string;
}

/**
 * Commits the root directory that commands left. It is not used up by it (--consume): what is there already would be
 * replaced by what is the same, and be shared with guests no more.
 */
export async function commitBuild({ name, container, workPlace }: BuildToCommit): Promise<Committed> {
  const root = await findRoot(container, workPlace);
  dropSpecialFiles(root);
  forgetMachine(root);
  layOut(root);
  requireInit(root);
  const version = new Date().toISOString().replace(/^(\d+)-(\d+)-(\d+)T(\d+):(\d+).*$/, '$1$2$3.$4$5');
  return commit(name, version, `--tree=dir=${root}`);
}

/**
 * Takes over what rpm-ostree committed to a repository in the container. The container could write to all of that: its
 * objects are compared with their names.
 */
export async function commitComposed({ name, container, workPlace }: BuildToCommit): Promise<Committed> {
  const repository = buildRepository(name);
  const from = requireDirectory(container, `${workPlace}/repo`);
  const checksum = readInside(requireDirectory(container, workPlace), 'commit')?.trim() ?? '';
  if (!isChecksum(checksum)) throw new Failure('rpm-ostree left no commit');
  const what = `Cannot take over ${checksum}`;
  await ostree(what, `--repo=${repository}`, 'pull-local', '--untrusted', from, checksum);
  const version = await versionOf(repository, checksum);
  if (version) requirePlainVersion(version, 'it');
  return take(repository, checksum);
}

/** Keeps the commit before, for an update that is just taking it. */
const beforeRef = `${builtRef}-before`;

/** Takes a commit as it is, because its metadata names its packages. One of the same tree is nothing new. */
async function take(repository: string, checksum: string): Promise<Committed> {
  const before = readCommit(repository, builtRef);
  if (before !== undefined && (await rootOf(repository, before)) === (await rootOf(repository, checksum)))
    return { checksum: before, isNew: false };
  if (before !== undefined) await holdCommit(repository, beforeRef, before);
  await holdCommit(repository, builtRef, checksum);
  await prune(repository);
  return { checksum, isNew: true };
}

/** The objects that a tree begins with: by their names, they say all of it. */
const rootOf = (repository: string, checksum: string): Promise<string> =>
  ostree(`Cannot read ${checksum}`, `--repo=${repository}`, 'ls', '--checksum', '--dironly', checksum, '/');

/** A tree that is the same as that of the last commit is not committed again: then there is no update. */
async function commit(name: string, version: string | undefined, ...tree: string[]): Promise<Committed> {
  const repository = buildRepository(name);
  const before = readCommit(repository, builtRef);
  await ostree(
    'Cannot commit the tree',
    `--repo=${repository}`,
    'commit',
    `--branch=${builtRef}`,
    '--skip-if-unchanged',
    '--no-bindings',
    ...(version === undefined ? [] : [`--add-metadata-string=version=${version}`]),
    ...tree,
  );
  const checksum = readCommit(repository, builtRef);
  if (checksum === undefined) throw new Error(`ostree committed to ${builtRef} but left no ref`);
  await prune(repository);
  return { checksum, isNew: checksum !== before };
}

/** The one before stays, for an update that is just taking it. */
async function prune(repository: string): Promise<void> {
  const options = ['--refs-only', '--depth=1'];
  await ostree('Cannot remove old trees', `--repo=${repository}`, 'prune', ...options);
}
