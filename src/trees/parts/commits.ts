// The commits and remotes of a guest, taken out of its repository or put into a new one. Runs confined.
import { writeAtomically } from '../../host/atomic-file.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { writeFile } from '../../host/write-file.ts';
import { replaceGroup } from '../../ostree/keyfile.ts';
import { ostree } from '../../ostree/ostree.ts';
import { hasCommit, holdCommit, repositoryOf, stagedRef } from '../../ostree/repository.ts';
import { configFileOf, configOf, ensureSysroot } from '../../ostree/sysroot.ts';
import type { CarriedRemote } from './carried-remote.ts';

/** Makes a repository with these commits of another one only, by hard links. They stay, whatever is pruned there. */
export async function linkCommits(task: {
  readonly from: string;
  readonly to: string;
  readonly commits: readonly string[];
}): Promise<void> {
  const { from, to, commits } = task;
  await removeTree(to);
  await ostree(`Cannot make ${to}`, `--repo=${to}`, 'init', '--mode=bare');
  await ostree(
    'Cannot read the deployments',
    `--repo=${to}`,
    'pull-local',
    '--disable-fsync',
    from,
    ...commits,
  );
}

/** Makes a sysroot unless it is there, and brings commits into its repository. */
export async function takeCommits(task: {
  readonly sysroot: string;
  readonly stateroot: string;
  readonly from: string;
  readonly commits: readonly string[];
  /** The one that is to be deployed at the next start. */
  readonly staged: string | undefined;
  readonly remotes: readonly CarriedRemote[];
}): Promise<void> {
  const { sysroot, stateroot, from, commits, staged, remotes } = task;
  const repository = repositoryOf(sysroot);
  await ensureSysroot(sysroot, stateroot);
  const missing = commits.filter((commit) => !hasCommit(repository, commit));
  if (missing.length > 0)
    await ostree('Cannot bring the tree', `--repo=${repository}`, 'pull-local', from, ...missing);
  if (staged !== undefined) await holdCommit(repository, stagedRef, staged);
  for (const remote of remotes) writeRemote(repository, remote);
}

function writeRemote(repository: string, { name, options, keyring }: CarriedRemote): void {
  writeAtomically(configFileOf(repository), replaceGroup(configOf(repository), `remote "${name}"`, options));
  if (keyring !== undefined)
    writeFile(`${repository}/${name}.trustedkeys.gpg`, Buffer.from(keyring, 'base64'));
}
