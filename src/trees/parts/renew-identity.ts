import { Failure } from '../../host/failure.ts';
import { run } from '../../host/process.ts';
import { readInside, removeInside, writeInside } from '../../host/tree-files.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { identityFiles, makesIdentity } from '../layout/machine-identity.ts';

/**
 * Makes a copy of a guest a machine of its own: the next start makes anew the files that only one machine may have. `before` is
 * the name of the guest that it was copied from.
 */
export async function renewIdentity(sysroot: string, stateroot: string, before: string): Promise<void> {
  for (const { path } of listDeployments(sysroot)) {
    await renewKeys(path);
    writeInside(path, 'etc/machine-id', '');
    if (readInside(path, 'etc/hostname')?.trim() === before)
      writeInside(path, 'etc/hostname', `${stateroot}\n`);
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
