import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { unlessMissing } from '../../host/node-files.ts';
import { writeFile } from '../../host/write-file.ts';
import { ostree, tryOstree } from '../../ostree/ostree.ts';
import { repositoryOf } from '../../ostree/repository.ts';
import { ensureSysroot } from '../../ostree/sysroot.ts';
import { hostRepository } from '../../trees/ostree/host-remotes.ts';

/** The commit, and whether it differs from the one that the host has deployed. */
export interface Adopted {
  readonly checksum: string;
  readonly isChanged: boolean;
}

/**
 * Creates a sysroot with the tree of an old guest's deployment; repeatable. It is deployed afterwards, and its /etc and
 * /var follow (adopt.ts): this part runs confined, because it walks a tree.
 */
export async function adoptTree(sysroot: string, stateroot: string, root: string): Promise<Adopted> {
  await ensureSysroot(sysroot, stateroot);
  const scratch = mkdtempSync('/tmp/adopt-');
  try {
    return await commitTree(repositoryOf(sysroot), root, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Commits the files that exist: such a guest could write into its /usr, and so into the host's objects,
 * and the host's clean-ups may have pruned its commit. If neither happened, the result is the host's commit.
 */
async function commitTree(repository: string, root: string, scratch: string): Promise<Adopted> {
  const skipList = `${scratch}/skip`;
  const original = root.replace(/^.*\/([0-9a-f]{64})\.\d+$/, '$1');
  // Skips what deploying and running added, such as mount points of nspawn.
  const entriesIn = (directory: string) => unlessMissing(() => readdirSync(root + directory)) ?? [];
  const mounted = ['/var', '/sysroot', '/dev', '/proc', '/run', '/sys'];
  const added = mounted.flatMap((parent) => entriesIn(parent).map((entry) => `${parent}/${entry}`));
  added.push('/etc');
  if (entriesIn('/').includes('.ostree.cfs')) added.push('/.ostree.cfs');
  writeFile(skipList, added.map((path) => `${path}\n`).join(''));
  const made = await ostree(
    `Cannot commit ${root}`,
    `--repo=${repository}`,
    'commit',
    '--branch=ostree-guests/adopted',
    `--subject=Adopted from ${root}`,
    `--tree=dir=${root}`,
    `--skip-list=${skipList}`,
  );
  const host = await viewOf(hostRepository, `${scratch}/host`);
  if ((await contentOf(host, original)) !== (await contentOf(repository, made))) {
    return { checksum: made, isChanged: true };
  }
  await ostree(`Cannot bring ${original}`, `--repo=${repository}`, 'pull-local', hostRepository, original);
  return { checksum: original, isChanged: false };
}

/**
 * Returns a repository with the content of another one. Before it opens the repository of the running system, ostree
 * 2022.7 makes a mount namespace, which our sandbox forbids.
 */
async function viewOf(repository: string, path: string): Promise<string> {
  await ostree(`Cannot make ${path}`, `--repo=${path}`, 'init', '--mode=bare');
  await ostree(`Cannot set up ${path}`, `--repo=${path}`, 'config', 'set', 'core.parent', repository);
  return path;
}

/** Returns the checksums of a commit's root directory, which identify its content; undefined if it is gone. */
async function contentOf(repository: string, commit: string): Promise<string | undefined> {
  const { exitCode, stdout } = await tryOstree(`--repo=${repository}`, 'ls', '-d', '-C', commit, '/');
  return exitCode === 0 ? stdout : undefined;
}
