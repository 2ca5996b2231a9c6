import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from '../../config/guest.ts';
import { Failure } from '../../host/failure.ts';
import {
  assessUnit,
  bootUnit,
  guestUnit,
  isRunning,
  rehearseUnit,
  showUnits,
  switchUnit,
  tryRestartUnit,
} from '../../host/systemctl.ts';
import { type Deployment, listDeployments } from '../../ostree/deployments.ts';
import { triggerOf } from '../../state/attempts.ts';
import { readRejection } from '../../state/rejected.ts';
import type { Report } from '../../state/report.ts';
import { readRollback } from '../../state/rollback-request.ts';
import { whatIsStaged } from '../../state/staged-update.ts';
import { readTrial } from '../../state/trial.ts';
import { failsAgain, readUndeployed } from '../../state/undeployed.ts';
import { rememberFailedUnits } from '../assess/health.ts';
import { bootedRoot } from '../boot/root-link.ts';
import { requireRehearsable } from '../rehearse/rehearsable.ts';
import { rehearsed } from '../update/rehearsed.ts';

/**
 * One run of ostree-guest-switch@NAME.service: restarts a running guest into what is to be booted next, and waits for
 * the verdict on it.
 */
export async function switchTo(guest: Guest, report: Report): Promise<void> {
  const wanted = nextCommit(guest);
  if (wanted === undefined) return report.step('Nothing is staged');
  // A person who starts this has set something right, or wants to see it fail.
  const inVain = triggerOf(process.env) === 'timer' ? await whyInVain(guest) : undefined;
  if (inVain !== undefined) return report.step(inVain);
  if (!(await isRunning(guest.name)))
    return report.step(`What is next takes effect at the next start: machinectl start ${guest.name}`);
  const isRehearsed = guest.update.rehearse && whatIsStaged(guest) && !readRollback(guest.name);
  if (isRehearsed) await requireRehearsable(guest);
  await rememberFailedUnits(guest);
  if (isRehearsed) {
    report.step(`Rehearsing it first: systemctl status ${rehearseUnit(guest.name)}`);
    await rehearsed(guest, wanted);
  }
  if (nextCommit(guest) !== wanted)
    throw new Failure(
      `What ${guest.name} boots next has changed meanwhile`,
      `Switch again: systemctl start ${switchUnit(guest.name)}`,
    );
  report.step(`Restarting ${guest.name}`);
  // If it hangs or crashes, the assessment deals with it: what counts is how that ends. A guest that somebody has stopped
  // meanwhile stays stopped.
  const problem = await tryRestartUnit(guestUnit(guest.name)).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    return error;
  });
  if (!problem && nextCommit(guest) === wanted && !(await isRunning(guest.name)))
    return report.step(`${guest.name} was stopped meanwhile. The update takes effect at its next start`);
  report.progress('It was restarted; waiting for the verdict on it');
  await settled(guest);
  const [next] = listDeployments(guest.sysroot);
  if (next?.checksum !== wanted) throw notSwitched(guest, wanted, next);
  if (problem && !(await isRunning(guest.name))) throw problem;
  report.step(`${guest.name} runs ${next.title}`);
}

/**
 * Says why a restart would not bring what is staged: the last start could not deploy it, and nothing has changed since that
 * could have been the reason. Returns undefined if it may.
 */
export async function whyInVain(guest: Guest): Promise<string | undefined> {
  const undeployed = readRollback(guest.name) ? undefined : readUndeployed(guest.name);
  const [next] = listDeployments(guest.sysroot);
  if (!undeployed || !next || !(await failsAgain(undeployed, `${next.path}/etc`))) return undefined;
  return `${undeployed.reason}. ${guest.name} is not restarted for it. ${undeployed.remedy}; then: guestctl switch ${guest.name}`;
}

/** The commit that the next start boots, if that is not what runs. */
function nextCommit(guest: Guest): string | undefined {
  const { name, sysroot } = guest;
  const deployments = listDeployments(sysroot);
  const rollback = readRollback(name)?.deployment;
  if (rollback) return deployments.find((deployment) => deployment.name === rollback)?.checksum;
  const staged = whatIsStaged(guest);
  if (staged) return staged.checksum;
  const [next] = deployments;
  return next && next.path !== bootedRoot(name) ? next.checksum : undefined;
}

/** Waits until the deployment that the guest starts from is not on trial, and the guest not on its way. */
async function settled(guest: Guest): Promise<void> {
  const units = [guestUnit(guest.name), assessUnit(guest.name)];
  for (let idle = 0; idle < 10; ) {
    const [machine, assessment] = (await showUnits(units, ['ActiveState'])).map(
      (unit) => unit['ActiveState'],
    );
    const onTrial = readTrial(guest.name, listDeployments(guest.sysroot)[0]?.name) !== undefined;
    const changes = [machine, assessment].some((state) => state === 'activating' || state === 'deactivating');
    if (!onTrial && !changes) return;
    // Nobody works on it any more, because somebody stopped them: the trial goes on with the next start.
    idle = changes || (onTrial && assessment === 'active') ? 0 : idle + 1;
    await sleep(500);
  }
  throw new Failure(
    `${guest.name} was stopped before its update was found healthy`,
    `See: guestctl status ${guest.name}`,
  );
}

function notSwitched({ name }: Guest, wanted: string, next: Deployment | undefined): Failure {
  const reason =
    readRejection(name, wanted)?.reason ?? readUndeployed(name)?.reason ?? 'it could not be deployed';
  const log = `journalctl -u ${bootUnit(name)} -u ${assessUnit(name)}`;
  return new Failure(
    `${name} is back on ${next?.title} (${next?.name.slice(0, 12)}): ${reason}`,
    `See: ${log}`,
  );
}
