import type { Guest } from '../../config/guest.ts';
import { now } from '../../host/clock.ts';
import { Failure, messageOf } from '../../host/failure.ts';
import { makeDefault, undeploy } from '../../ostree/boot-list.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import { restoreSnapshot } from '../../ostree/var-snapshots.ts';
import { reject } from '../../state/rejected.ts';
import { forgetReleased } from '../../state/released.ts';
import type { Report } from '../../state/report.ts';
import { dropRollback } from '../../state/rollback-request.ts';
import { writeSeen } from '../../state/seen-deployments.ts';
import { claimStaged, dropStaged, releaseStaged } from '../../state/staged.ts';
import { beginTrial, countTry, endTrials } from '../../state/trial.ts';
import { forgetUndeployed } from '../../state/undeployed.ts';
import { record } from '../record-attempt.ts';
import { deployStaged } from './deploy-staged.ts';
import { keepIdentity } from './keep-identity.ts';
import type { Act, BootState, Probation } from './rule.ts';

/** Executes a decision. The next start completes an interrupted one, so the order of the actions matters. */
export async function act(guest: Guest, decision: Act, state: BootState, report: Report): Promise<void> {
  const { name } = guest;
  const [next] = state.deployments;
  switch (decision.kind) {
    case 'rollBack':
      return rollBack(guest, decision, next);
    case 'forgetRollback':
      dropRollback(name);
      throw new Failure(`The deployment ${decision.deployment} to roll back to is gone`);
    case 'noteBootList':
      putOnTrial(guest, decision.trial);
      if (decision.trial) forgetUndeployed(name);
      return writeSeen(name, decision.seen);
    case 'giveUp':
      return giveUp(guest, decision, report);
    case 'keepFailed':
      endTrials(name);
      throw new Failure(`${decision.failed.title} failed, but there is no deployment to go back to`);
    case 'putOnTrial':
      putOnTrial(guest, decision.trial);
      return keepIdentity(state.deployments, report);
    case 'claim':
      return claimStaged(name);
    case 'deploy':
      return deployStaged(guest, decision.staged, next, report);
    case 'complete':
      return complete(guest, decision, state.deployments, report);
    case 'countStart': {
      const { trial } = decision;
      countTry(name, trial);
      return report.step(`Start ${trial.tries - trial.left + 1} of ${trial.tries} to find it healthy`);
    }
  }
}

type ActOf<Kind extends Act['kind']> = Extract<Act, { kind: Kind }>;

async function rollBack(
  guest: Guest,
  { to, wish }: ActOf<'rollBack'>,
  before: Deployment | undefined,
): Promise<void> {
  if (wish.var) await restoreSnapshot(guest.sysroot, guest.name, to, String(wish.time));
  makeDefault(guest.sysroot, to);
  endTrials(guest.name);
  dropStaged(guest.name);
  dropRollback(guest.name);
  await record(guest, {
    action: 'rollback',
    from: before?.checksum,
    to: to.checksum,
    outcome: 'done',
    trigger: 'manual',
    since: now(),
    message: `Rolled back to ${describe(to)}`,
  });
}

async function giveUp(
  guest: Guest,
  { failed, fallback, reason }: ActOf<'giveUp'>,
  report: Report,
): Promise<void> {
  const message = `${describe(failed)} is given up: ${reason}. Back to ${describe(fallback)}`;
  try {
    reject(guest.name, failed.checksum, reason);
    makeDefault(guest.sysroot, fallback);
    endTrials(guest.name);
  } catch (error) {
    return report.warn(`${message}. This could not be written down: ${messageOf(error)}`);
  }
  await record(guest, {
    action: 'rollback',
    from: failed.checksum,
    to: fallback.checksum,
    outcome: 'done',
    trigger: 'start',
    since: now(),
    message,
  });
}

function putOnTrial({ name, update: { tries } }: Guest, trial: Probation | undefined): void {
  if (!trial) return;
  const { deployment, fallback, isNew } = trial;
  if (isNew) beginTrial(name, { deployment, fallback, since: now(), tries, left: tries });
  endTrials(name, deployment);
}

/** Begins the trial first, whatever fails after it, and releases the claim on the update last. */
function complete(
  guest: Guest,
  { trial, leftOut }: ActOf<'complete'>,
  deployments: readonly Deployment[],
  report: Report,
): void {
  putOnTrial(guest, trial);
  keepIdentity(deployments, report);
  for (const deployment of leftOut) undeploy(deployment);
  releaseStaged(guest.name);
  forgetReleased(guest.name);
  forgetUndeployed(guest.name);
}

const describe = ({ title, name }: Deployment): string => `${title} (${name.slice(0, 12)})`;
