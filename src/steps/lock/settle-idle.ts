import type { Guest } from '../../config/guest.ts';
import { assessUnit, beginStart, isDown, showUnits } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { readLockWish } from '../../state/fleet-lock.ts';
import type { Report } from '../../state/report.ts';
import { readTrial } from '../../state/trial.ts';
import { resumeAssessment } from '../assess/resume.ts';
import { dropLock, mayHoldLock } from './lock.ts';
import { type Idle, whenIdle } from './rule.ts';

/** Settles what a switch or a start has left that was killed, or did not take the guest down: a trial, or a lock. */
export async function settleIdle(guest: Guest, report: Report): Promise<void> {
  await resumeAssessment(guest, report);
  await settleLeftLock(guest, report);
}

/** Gives back a lock that is left over, once the guest is healthy. */
async function settleLeftLock(guest: Guest, report: Report): Promise<void> {
  const { name, sysroot } = guest;
  const [isWanted, mayHold] = [readLockWish(name) !== undefined, mayHoldLock(name)];
  if (!isWanted && !mayHold) return;
  const isOnTrial = readTrial(name, listDeployments(sysroot)[0]?.name) !== undefined;
  switch (whenIdle({ isWanted, mayHold, machine: await machineState(name), isOnTrial })) {
    case 'giveBack':
      return dropLock(name, report);
    case 'judge':
      return beginStart(assessUnit(name));
    case 'keep':
      return;
  }
}

async function machineState(name: string): Promise<Idle['machine']> {
  const [shown] = await showUnits([driver.unit(name)], ['ActiveState']);
  const state = shown?.['ActiveState'];
  if (state === 'active' || state === 'reloading') return 'running';
  return isDown(state) ? 'stopped' : 'changing';
}
