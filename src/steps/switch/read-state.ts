import type { Guest } from '../../config/guest.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { readReleased } from '../../state/released.ts';
import { complain } from '../../state/report.ts';
import { readRollback } from '../../state/rollback-request.ts';
import { whatIsStaged } from '../../state/staged-update.ts';
import { unlessDamaged } from '../../state/state-file.ts';
import { failsAgain, readUndeployed } from '../../state/undeployed.ts';
import { bootedRoot } from '../boot/root-link.ts';
import { lastRehearsed, readHold } from '../read-hold.ts';
import type { SwitchState } from './rule.ts';

/** Reads the state for the rule of the switch. */
export async function readSwitchState(guest: Guest): Promise<SwitchState> {
  const found = readNext(guest);
  const undeployed = readUndeployed(guest.name);
  const [next] = found.deployments;
  const inVain =
    undeployed && next && (await failsAgain(undeployed, `${next.path}/etc`)) ? undeployed : undefined;
  const hold = await readHold(guest, found.staged, complain);
  const released = unlessDamaged(() => readReleased(guest.name));
  const rehearsed = lastRehearsed(guest.name);
  return { ...found, inVain, hold, released, rehearsed, isRunning: await isRunning(guest.name) };
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
