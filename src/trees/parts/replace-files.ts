import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { requireSuccess, run } from '../../host/process.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { renewIdentity } from './renew-identity.ts';

/**
 * Replaces the /etc of each deployment and /var, in a confined process. `from` has the directories etc/POSITION and var, which
 * are moved. It is removed if it has nothing else. A copy becomes a machine of its own.
 */
export async function replaceFiles(task: {
  readonly sysroot: string;
  readonly stateroot: string;
  readonly from: string;
  /** The guest whose files these are, if it goes on to exist. */
  readonly copyOf: string | undefined;
}): Promise<void> {
  const { sysroot, stateroot, from, copyOf } = task;
  for (const [position, { path }] of listDeployments(sysroot).entries())
    await replace(`${path}/etc`, `${from}/etc/${position}`);
  if (existsSync(`${from}/var`)) await replace(varOf(sysroot, stateroot), `${from}/var`);
  await removeTree(`${from}/etc`);
  if (readdirSync(from).length === 0) rmdirSync(from);
  if (copyOf !== undefined) await renewIdentity(sysroot, stateroot, copyOf);
}

/** mv(1) copies, with everything, if the new place is on another file system. */
async function replace(old: string, by: string): Promise<void> {
  await removeTree(old);
  requireSuccess(`Cannot move ${by} to ${old}`, await run('mv', ['-T', '--', by, old]));
}
