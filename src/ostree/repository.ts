import { existsSync } from 'node:fs';
import { isObject } from '../host/json-fields.ts';
import { readRegularFile } from '../host/node-files.ts';
import { filesBelow } from '../host/paths-below.ts';
import { commitObject, textOfCommit } from './commit-object.ts';
import { type Checksum, isChecksum } from './names.ts';
import { ostree, tryOstree } from './ostree.ts';

/** Returns the repository of a sysroot. */
export const repositoryOf = (sysroot: string): string => `${sysroot}/ostree/repo`;

/** Makes a repository unless it is complete: `ostree init` writes `config` last. */
export async function ensureRepository(
  repository: string,
  mode: 'archive' | 'bare' | 'bare-user',
): Promise<void> {
  if (existsSync(`${repository}/config`)) return;
  await ostree(`Cannot make ${repository}`, `--repo=${repository}`, 'init', `--mode=${mode}`);
}

/** Returns the commit of a remote's ref at the last fetch; undefined if it was never fetched. */
export function remoteCommit(repository: string, remote: string, ref: string): Checksum | undefined {
  return commitIn(`${repository}/refs/remotes/${remote}/${ref}`);
}

/** Returns the commit of a remote's ref that was fetched a moment ago. */
export function fetchedCommit(repository: string, remote: string, ref: string): Checksum {
  const commit = remoteCommit(repository, remote, ref);
  if (commit === undefined) throw new Error(`ostree pulled ${ref} but left no ref`);
  return commit;
}

/** Returns the refs that were fetched from remotes, as ostree(1) names them: REMOTE:REF. */
export const remoteRefs = (repository: string): string[] =>
  filesBelow(`${repository}/refs/remotes`).map((ref) => ref.replace('/', ':'));

/** Returns the local refs whose names begin with `parent` and a slash. */
export const localRefs = (repository: string, parent: string): string[] =>
  filesBelow(`${repository}/refs/heads/${parent}`).map((ref) => `${parent}/${ref}`);

/** The local ref that keeps the objects of the commit that is, or will be, staged. */
export const stagedRef = 'ostree-guests/staged';

/** Returns the commit of a local ref; undefined if it is missing. */
export const readCommit = (repository: string, ref: string): Checksum | undefined =>
  commitIn(`${repository}/refs/heads/${ref}`);

/** Returns undefined if the ref is missing, or names no commit: a guest may have written it. */
function commitIn(ref: string): Checksum | undefined {
  const commit = readRegularFile(ref)?.trim();
  return isChecksum(commit) ? commit : undefined;
}

/** Returns true if a repository has a commit with all its objects: libostree marks others as partial. */
export function hasCommit(repository: string, checksum: string): boolean {
  return (
    existsSync(commitObject(repository, checksum)) &&
    !existsSync(`${repository}/state/${checksum}.commitpartial`)
  );
}

/** Protects the objects of a commit from pruning, even if the remote's ref moves. */
export async function holdCommit(repository: string, ref: string, checksum: string): Promise<void> {
  const what = `Cannot set the ref ${ref} in ${repository}`;
  await ostree(what, `--repo=${repository}`, 'refs', '--force', `--create=${ref}`, checksum);
}

/** Deletes a local ref. A no-op if it is missing. */
export async function dropRef(repository: string, ref: string): Promise<void> {
  if (readCommit(repository, ref) !== undefined) await deleteRefs(repository, [ref]);
}

/** Deletes refs, which may be those of remotes. */
export async function deleteRefs(repository: string, refs: readonly string[]): Promise<void> {
  if (refs.length > 0)
    await ostree(`Cannot drop refs in ${repository}`, `--repo=${repository}`, 'refs', '--delete', ...refs);
}

/** Returns the version in the metadata of a commit, if any. */
export function versionOf(repository: string, checksum: string): string | undefined {
  // Commits that ostree made from images have the metadata of the image instead.
  const image = () => textOfCommit(repository, checksum, 'ostree.container.image-config');
  return textOfCommit(repository, checksum, 'version') ?? imageVersion(image() ?? '');
}

/** Whoever made the commit has written that. */
export function imageVersion(configuration: string): string | undefined {
  let image: unknown;
  try {
    image = JSON.parse(configuration);
  } catch {
    return undefined;
  }
  const config = isObject(image) ? image['config'] : undefined;
  const labels = isObject(config) ? config['Labels'] : undefined;
  if (!isObject(labels)) return undefined;
  const version = labels['org.opencontainers.image.version'] ?? labels['version'];
  return typeof version === 'string' ? version : undefined;
}

/** When a commit was made, as ostree(1) prints and reads it. */
export async function dateOf(repository: string, checksum: string): Promise<string> {
  const shown = await ostree(`Cannot show ${checksum}`, `--repo=${repository}`, 'show', checksum);
  return /^Date: +(.*)$/m.exec(shown)?.[1] ?? 'now';
}

/** Returns true if a commit has a kernel, without which libostree does not deploy it. */
export async function hasKernel(repository: string, checksum: string): Promise<boolean> {
  const kernel = /\/(usr\/lib\/modules\/[^/]+\/vmlinuz|(usr\/lib\/ostree-boot|boot)\/vmlinuz-\S+)$/m;
  for (const directory of ['/usr/lib/modules', '/usr/lib/ostree-boot', '/boot']) {
    const { exitCode, stdout } = await tryOstree(`--repo=${repository}`, 'ls', '-R', checksum, directory);
    if (exitCode === 0 && kernel.test(stdout)) return true;
  }
  return false;
}

/** Returns a text in the metadata of a commit or local ref, and its checksum; undefined if commit or key is missing. */
export function metadataOf(
  repository: string,
  commit: string,
  key: string,
): { checksum: Checksum; value: string } | undefined {
  const checksum = isChecksum(commit) ? commit : readCommit(repository, commit);
  if (checksum === undefined) return undefined;
  const value = textOfCommit(repository, checksum, key);
  return value === undefined ? undefined : { checksum, value };
}
