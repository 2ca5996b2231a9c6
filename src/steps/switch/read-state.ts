import type { Guest } from '../../config/guest.ts';
import { freeBelow } from '../../host/disk-room.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { spaceToDeploy } from '../../ostree/unique-space.ts';
import { readReleased } from '../../state/released.ts';
import { complain } from '../../state/report.ts';
import { readRollback } from '../../state/rollback-request.ts';
import { whatIsStaged } from '../../state/staged-update.ts';
import { unlessDamaged } from '../../state/state-file.ts';
import { failsAgain, filesIn, readUndeployed } from '../../state/undeployed.ts';
import { bootedRoot } from '../boot/root-link.ts';
import { lastRehearsed, readHold } from '../read-hold.ts';
import { type InVain, type NextState, type SwitchState, shortageOf } from './rule.ts';

/**
 * Reads the state for the rule of the switch. Whether a restart would be in vain, which takes a look at the whole tree, is found out
 * only if it may count: not for a rollback, nor for what is held back.
 */
export async function readSwitchState(guest: Guest, countsInVain: boolean): Promise<SwitchState> {
  const found = readNext(guest);
  const hold = await readHold(guest, found.staged, complain);
  const inVain = countsInVain && !hold && !found.rollback ? await whyInVain(guest, found) : undefined;
  const released = unlessDamaged(() => readReleased(guest.name));
  const rehearsed = lastRehearsed(guest.name);
  return { ...found, inVain, hold, released, rehearsed, isRunning: await isRunning(guest.name) };
}

/** Finds out whether a start could deploy what is staged: it did not before, or a deployment takes more space than is free. */
async function whyInVain(guest: Guest, { deployments, staged }: NextState): Promise<InVain | undefined> {
  const [next] = deployments;
  if (!next || !staged) return undefined;
  const takes = await spaceToDeploy(next.path);
  const free = freeBelow(next.path);
  const etc = `${next.path}/etc`;
  const shortage = shortageOf(takes, free, etc);
  if (shortage) return shortage;
  const undeployed = readUndeployed(guest, staged);
  return undeployed && failsAgain(undeployed, { etc: await filesIn(etc), free, takes })
    ? undeployed
    : undefined;
}

/** Reads the files that determine the next commit. */
export function readNext(guest: Guest) {
  const deployments = listDeployments(guest.sysroot);
  return {
    deployments,
    staged: whatIsStaged(guest, deployments),
    rollback: readRollback(guest.name),
    booted: bootedRoot(guest.name),
  };
}
