import type { Guest } from '../../config/guest.ts';
import { type Deployment, isPinned, listDeployments } from '../../ostree/deployments.ts';
import { readRejection } from '../../state/rejected.ts';
import { readRollback } from '../../state/rollback-request.ts';
import { readSeen } from '../../state/seen-deployments.ts';
import { readClaimed, readWaiting } from '../../state/staged.ts';
import { readTrial } from '../../state/trial.ts';
import type { BootState, Candidate } from './rule.ts';

/** Reports what could not be read. */
export type ReportUnreadable = (error: unknown) => void;

/**
 * Reads the state for the boot rule. Only the boot list must be readable: other damaged files count as missing and
 * are reported, so that they cannot keep the guest from starting.
 */
export function readBootState(
  { name, sysroot, update }: Guest,
  start: Pick<BootState, 'isSafe' | 'tried' | 'failed' | 'hold'>,
  unreadable: ReportUnreadable,
): BootState {
  const look = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      unreadable(error);
      return undefined;
    }
  };
  const candidate = (deployment: Deployment): Candidate => {
    const found = look(() => ({ trial: readTrial(name, deployment.name) }));
    return {
      ...deployment,
      trial: found ? found.trial : 'unreadable',
      isPinned: look(() => isPinned(deployment)) ?? true,
    };
  };
  const deployments = listDeployments(sysroot).map(candidate);
  const [next] = deployments;
  return {
    ...start,
    deployments,
    rollback: look(() => readRollback(name)),
    staged: look(() => readWaiting(name)),
    claimed: look(() => readClaimed(name)),
    rejection: next && look(() => readRejection(name, next.checksum)),
    seen: update.by === 'rpm-ostree' ? look(() => readSeen(name)) : undefined,
  };
}
