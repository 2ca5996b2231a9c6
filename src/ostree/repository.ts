import { existsSync, readFileSync } from 'node:fs';
import { unlessMissing } from '../node-files.ts';
import { ostree, tryOstree } from './ostree.ts';

/** Of a sysroot. */
export const repositoryOf = (sysroot: string): string => `${sysroot}/ostree/repo`;

/** The commit a remote's ref stood at when it was last fetched; nothing if it never was. */
export function remoteCommit(repository: string, remote: string, ref: string): string | undefined {
  return unlessMissing(() => readFileSync(`${repository}/refs/remotes/${remote}/${ref}`, 'utf8'))?.trim();
}

/** Whether a repository has a commit with all its objects: libostree marks the others as partial. */
export function hasCommit(repository: string, checksum: string): boolean {
  const object = `${repository}/objects/${checksum.slice(0, 2)}/${checksum.slice(2)}.commit`;
  return existsSync(object) && !existsSync(`${repository}/state/${checksum}.commitpartial`);
}

/** Keeps a commit's objects from being pruned, whatever the remote's ref moves to. */
export async function holdCommit(repository: string, ref: string, checksum: string): Promise<void> {
  const what = `Cannot set the ref ${ref} in ${repository}`;
  await ostree(what, `--repo=${repository}`, 'refs', '--force', `--create=${ref}`, checksum);
}

/** libostree deploys only a tree with a kernel, in one of the places it looks at. */
export async function hasKernel(repository: string, checksum: string): Promise<boolean> {
  const kernel = /\/(usr\/lib\/modules\/[^/]+\/vmlinuz|(usr\/lib\/ostree-boot|boot)\/vmlinuz-\S+)$/m;
  for (const directory of ['/usr/lib/modules', '/usr/lib/ostree-boot', '/boot']) {
    const { exitCode, stdout } = await tryOstree(`--repo=${repository}`, 'ls', '-R', checksum, directory);
    if (exitCode === 0 && kernel.test(stdout)) return true;
  }
  return false;
}
