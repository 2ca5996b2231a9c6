import { buildRepository } from '../../config/build.ts';
import { wallClock } from '../../host/clock.ts';
import { Failure } from '../../host/failure.ts';
import { readInside, requireDirectory } from '../../host/tree-files.ts';
import { isChecksum } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import { requirePlainVersion } from '../../ostree/plain-version.ts';
import { pruneToRefs } from '../../ostree/pruning.ts';
import { holdCommit, readCommit, versionOf } from '../../ostree/repository.ts';
import { dropSignatures } from '../../ostree/signatures.ts';
import { requireInit } from '../layout/init.ts';
import { forgetMachine, layOut } from '../layout/layout.ts';
import { dropSpecialFiles } from '../special-files.ts';
import { builtRef } from './built-ref.ts';
import { findRoot } from './find-root.ts';

export interface Committed {
  readonly checksum: string;
  readonly isNew: boolean;
}

/** The result of a container. */
export interface BuildToCommit {
  readonly name: string;
  /** The root directory of the container. */
  readonly container: string;
  /** The working directory of the commands, as a path in the container. */
  readonly workPlace: string;
}

/**
 * Commits the root directory that the commands left. Does not use --consume: it would replace existing objects by equal ones,
 * which guests would no longer share.
 */
export async function commitBuild({ name, container, workPlace }: BuildToCommit): Promise<Committed> {
  const root = await findRoot(container, workPlace);
  dropSpecialFiles(root);
  forgetMachine(root);
  layOut(root);
  requireInit(root);
  return commit(name, buildVersion(), `--tree=dir=${root}`);
}

/** The version of a tree that is built now: 20261127.1330. */
export const buildVersion = (): string =>
  new Date(wallClock()).toISOString().replace(/^(\d+)-(\d+)-(\d+)T(\d+):(\d+).*$/, '$1$2$3.$4$5');

/**
 * Takes over the commit that rpm-ostree made in a repository of the container. The container could write anything there, so
 * each object is checked against its name.
 */
export async function commitComposed({ name, container, workPlace }: BuildToCommit): Promise<Committed> {
  const repository = buildRepository(name);
  const from = requireDirectory(container, `${workPlace}/repo`);
  const checksum = readInside(requireDirectory(container, workPlace), 'commit')?.trim() ?? '';
  if (!isChecksum(checksum)) throw new Failure('rpm-ostree left no commit');
  const what = `Cannot take over ${checksum}`;
  await ostree(what, `--repo=${repository}`, 'pull-local', '--untrusted', from, checksum);
  dropSignatures(repository, checksum);
  const version = versionOf(repository, checksum);
  if (version) requirePlainVersion(version, 'it');
  return take(repository, checksum);
}

/** The ref that keeps the previous commit, because an update may be pulling it right now. */
const beforeRef = `${builtRef}-before`;

/** Takes a commit as the result, with its metadata. A commit with an unchanged tree is dropped. */
export async function take(repository: string, checksum: string): Promise<Committed> {
  const before = readCommit(repository, builtRef);
  if (before !== undefined && (await rootOf(repository, before)) === (await rootOf(repository, checksum)))
    return { checksum: before, isNew: false };
  if (before !== undefined) await holdCommit(repository, beforeRef, before);
  await holdCommit(repository, builtRef, checksum);
  await pruneToRefs(repository, keptParents);
  return { checksum, isNew: true };
}

/** Returns the checksums of a commit's root directory, which identify its content. */
export const rootOf = (repository: string, checksum: string): Promise<string> =>
  ostree(`Cannot read ${checksum}`, `--repo=${repository}`, 'ls', '--checksum', '--dironly', checksum, '/');

/** Commits a tree, unless it equals that of the last commit: then there is no update. */
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
  await pruneToRefs(repository, keptParents);
  return { checksum, isNew: checksum !== before };
}

/** How many parents of a commit stay: the previous one, which an update may be pulling right now. */
export const keptParents = 1;
