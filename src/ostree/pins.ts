import type { Guest } from '../config/guest.ts';
import { roomsOf, runConfined, treeCapabilities } from '../host/confined.ts';
import { Failure } from '../host/failure.ts';
import { type Deployment, isPinned, listDeployments } from './deployments.ts';
import { reason } from './ostree.ts';

type Own = Pick<Guest, 'name' | 'sysroot'>;

/**
 * Pins or unpins a deployment: ostree-admin-pin(1). That takes an index, and a deployment that is made meanwhile shifts all
 * indexes by one. So we check what was changed, and undo the change of any other deployment.
 */
export async function setPinned(guest: Own, { name }: Deployment, pinned: boolean): Promise<void> {
  const { sysroot } = guest;
  const before = pinsOf(sysroot);
  for (let tries = 3; tries > 0; tries -= 1) {
    await pinAt(guest, name, pinned);
    const wrong = [...pinsOf(sysroot)].find(([one, is]) => one !== name && before.get(one) === !is);
    if (wrong) await pinAt(guest, wrong[0], !wrong[1]);
    if (pinsOf(sysroot).get(name) === pinned) return;
  }
  throw new Failure(
    `Cannot ${pinned ? 'pin' : 'unpin'} ${name}: the deployments change all the time`,
    'Try it again',
  );
}

/** Returns for each deployment in the boot list whether it is pinned. */
const pinsOf = (sysroot: string): Map<string, boolean> =>
  new Map(listDeployments(sysroot).map((deployment) => [deployment.name, isPinned(deployment)]));

/** Runs where only the guest is seen: one that manages itself may have made its directories links. */
async function pinAt(guest: Own, name: string, pinned: boolean): Promise<void> {
  const { sysroot } = guest;
  const index = listDeployments(sysroot).findIndex((deployment) => deployment.name === name);
  if (index < 0)
    throw new Failure(`${name} is no longer in the boot list`, 'Choose another: guestctl deployments');
  const options = [`--sysroot=${sysroot}`, ...(pinned ? [] : ['--unpin'])];
  const { exitCode, stderr } = await runConfined(
    {
      name: `pin-${guest.name}-${process.pid}`,
      writable: roomsOf(guest),
      capabilities: treeCapabilities,
      timeLimit: '10min',
    },
    ['ostree', 'admin', 'pin', ...options, String(index)],
  );
  if (exitCode !== 0) throw new Failure(`Cannot ${pinned ? 'pin' : 'unpin'} ${name}: ${reason(stderr)}`);
}
