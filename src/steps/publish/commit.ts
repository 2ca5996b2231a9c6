import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type Build, buildRepository } from '../../config/build.ts';
import { Failure } from '../../host/failure.ts';
import { type Checksum, checksumFrom } from '../../ostree/names.ts';
import { ostree, tryOstree } from '../../ostree/ostree.ts';
import { dateOf, versionOf } from '../../ostree/repository.ts';
import { dropSignatures, takeSignatures } from '../../ostree/signatures.ts';
import type { Signer } from './signer.ts';

/** A signed commit in a repository of its own. Its objects are in that of the build. */
export interface SignedCommit {
  readonly repository: string;
  readonly checksum: Checksum;
  readonly version: string | undefined;
}

/** What the commit of a build becomes when it is published. */
export interface Binding {
  readonly ref: string;
  /** The commit that the ref leads to now. */
  readonly parent: Checksum | undefined;
  readonly collection: string | undefined;
}

/**
 * Makes the commit that clients get, and signs it. The same input makes the same commit: a run that was cut off is
 * continued by the next one. No repository that others read ever has it without its signature.
 */
export async function signedCommit(
  build: Build,
  built: Checksum,
  binding: Binding,
  signer: Signer,
): Promise<SignedCommit> {
  const repository = mkdtempSync(`${tmpdir()}/publish-`);
  const commit = await boundCommit(repository, build, built, binding);
  await signer.signCommit(repository, commit.checksum);
  return { repository, ...commit };
}

/** Makes it without a signature. */
async function boundCommit(
  repository: string,
  { name, recipe }: Build,
  built: Checksum,
  binding: Binding,
): Promise<Pick<SignedCommit, 'checksum' | 'version'>> {
  const made = buildRepository(name);
  const here = `--repo=${repository}`;
  const what = 'Cannot make the commit to publish';
  await ostree(what, here, 'init', '--mode=archive');
  await ostree(what, here, 'config', 'set', 'core.parent', made);
  const version = versionOf(made, built);
  if (recipe.kind === 'treefile') {
    await requireBinding(made, built, binding.ref);
    await ostree(what, here, 'pull-local', '--commit-metadata-only', made, built);
    dropSignatures(repository, built);
    return { checksum: built, version };
  }
  if (binding.collection !== undefined)
    await ostree(what, here, 'config', 'set', 'core.collection-id', binding.collection);
  const checksum = await ostree(
    what,
    here,
    'commit',
    '--orphan',
    `--parent=${binding.parent ?? 'none'}`,
    `--bind-ref=${binding.ref}`,
    `--tree=ref=${built}`,
    `--timestamp=${await dateOf(made, built)}`,
    ...(version === undefined ? [] : [`--add-metadata-string=version=${version}`]),
  );
  return { checksum: checksumFrom(checksum), version };
}

/**
 * Signs a commit that clients have already, after its build got another key. Signatures of earlier keys stay. Readers see the old
 * signatures or the new ones. Static deltas keep the old ones. `keys` have signed it before.
 */
export async function signAgain(
  repository: string,
  commit: Checksum,
  signer: Signer,
  keys: string | undefined,
): Promise<void> {
  const work = mkdtempSync(`${tmpdir()}/sign-`);
  const what = 'Cannot sign the published commit';
  await ostree(what, `--repo=${work}`, 'init', '--mode=archive');
  await ostree(what, `--repo=${work}`, 'pull-local', '--commit-metadata-only', repository, commit);
  await signer.signCommit(work, commit, keys);
  takeSignatures(work, repository, commit);
}

/** A commit of rpm-ostree is published as it is, because its metadata names its packages. The treefile binds it to a ref. */
async function requireBinding(repository: string, commit: Checksum, ref: string): Promise<void> {
  const show = ['show', '--print-metadata-key=ostree.ref-binding', commit];
  const { exitCode, stdout: bound } = await tryOstree(`--repo=${repository}`, ...show);
  if (exitCode !== 0 || bound.includes(`'${ref}'`)) return;
  const message = `The treefile binds its commits to ${bound.trim()}, not to Ref=${ref}`;
  throw new Failure(message, 'Write the same name there: "ref" in the treefile');
}

/** Returns the collection that the commits of a repository belong to. */
export async function collectionOf(repository: string): Promise<string | undefined> {
  const { exitCode, stdout } = await tryOstree(`--repo=${repository}`, 'config', 'get', 'core.collection-id');
  return exitCode === 0 ? stdout.trim() || undefined : undefined;
}
