// The parts of a guest, taken out of a sysroot or put into a new one. All of it runs confined.
import { existsSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { writeAtomically } from '../../host/atomic-file.ts';
import { Failure } from '../../host/failure.ts';
import { requireSuccess, run } from '../../host/process.ts';
import { readInside, removeInside, writeInside } from '../../host/tree-files.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { clearImmutable, setImmutable } from '../../ostree/immutable.ts';
import { replaceGroup } from '../../ostree/keyfile.ts';
import { ostree } from '../../ostree/ostree.ts';
import { hasCommit, holdCommit, repositoryOf, stagedRef } from '../../ostree/repository.ts';
import { configFileOf, configOf, ensureSysroot, varOf } from '../../ostree/sysroot.ts';
import { identityFiles, makesIdentity } from '../layout/identity.ts';

/** A remote in the configuration of a repository. */
export interface CarriedRemote {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** The keys that may sign its commits, in base64. */
  readonly keyring?: string;
}

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

/** Makes a sysroot, and brings commits into its repository: by hard links from a repository on the same mount. */
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
    writeFileSync(`${repository}/${name}.trustedkeys.gpg`, Buffer.from(keyring, 'base64'));
}

/** Replaces the /etc of each deployment and /var. `from` has the directories etc/POSITION and var, which are moved. It is removed if it has nothing else. */
export async function furnish(task: {
  readonly sysroot: string;
  readonly stateroot: string;
  readonly from: string;
}): Promise<void> {
  const { sysroot, stateroot, from } = task;
  await clearImmutable(sysroot);
  for (const [position, { path }] of listDeployments(sysroot).entries())
    await replace(`${path}/etc`, `${from}/etc/${position}`);
  if (existsSync(`${from}/var`)) await replace(varOf(sysroot, stateroot), `${from}/var`);
  await removeTree(`${from}/etc`);
  if (readdirSync(from).length === 0) rmdirSync(from);
  for (const { path } of listDeployments(sysroot)) await setImmutable(path);
}

/** mv(1) copies, with everything, if the new place is on another file system. */
async function replace(old: string, by: string): Promise<void> {
  await removeTree(old);
  requireSuccess(`Cannot move ${by} to ${old}`, await run('mv', ['-T', '--', by, old]));
}

/** Makes a copy of a guest a machine of its own: its files that only one machine may have are made anew at its next start. */
export async function renew(task: {
  readonly sysroot: string;
  readonly stateroot: string;
  /** The name of the guest that it was copied from. */
  readonly before: string;
}): Promise<void> {
  const { sysroot, stateroot, before } = task;
  await clearImmutable(sysroot);
  for (const { path } of listDeployments(sysroot)) {
    await renewKeys(path);
    writeInside(path, 'etc/machine-id', '');
    if (readInside(path, 'etc/hostname')?.trim() === before)
      writeInside(path, 'etc/hostname', `${stateroot}\n`);
    await setImmutable(path);
  }
  const varDirectory = varOf(sysroot, stateroot);
  for (const path of ['lib/systemd/random-seed', 'lib/systemd/credential.secret', 'lib/dbus/machine-id'])
    removeInside(varDirectory, path);
}

/** The start makes what is missing, if the tree can. Else new SSH host keys are made here. */
async function renewKeys(root: string): Promise<void> {
  const files = identityFiles(root).filter((path) => path !== 'etc/machine-id');
  if (files.length === 0) return;
  for (const path of files) removeInside(root, path);
  if (makesIdentity(root)) return;
  const { exitCode, stderr } = await run('ssh-keygen', ['-A', '-f', root]);
  if (exitCode !== 0)
    throw new Failure(
      `Its tree does not make SSH host keys, and this host cannot: ${stderr.trim().split('\n')[0]}`,
      'Install ssh-keygen (openssh-client) on the host',
    );
}
