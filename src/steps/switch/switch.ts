import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from '../../config/guest.ts';
import { now } from '../../host/clock.ts';
import { Failure } from '../../host/failure.ts';
import { stopTimedOut } from '../../host/journal.ts';
import { assessUnit, bootUnit, rehearseUnit, showUnits, tryRestartUnit } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { type Deployment, listDeployments } from '../../ostree/deployments.ts';
import type { Checksum } from '../../ostree/names.ts';
import { triggerOf } from '../../state/attempts.ts';
import { killedWarning } from '../../state/killed.ts';
import { readRejection } from '../../state/rejected.ts';
import { release } from '../../state/released.ts';
import type { Report } from '../../state/report.ts';
import { readTrial } from '../../state/trial.ts';
import { readUndeployed, type Undeployed } from '../../state/undeployed.ts';
import { rememberFailedUnits } from '../assess/health.ts';
import { holdWords } from '../read-hold.ts';
import { record } from '../record-attempt.ts';
import { requireRehearsable } from '../rehearse/rehearsable.ts';
import { rehearsed } from '../update/rehearsed.ts';
import { readNext, readSwitchState } from './read-state.ts';
import { decide, nextCommit, outcomeOf, type SwitchDecision, settle, wasStopped } from './rule.ts';

/**
 * Runs ostree-guest-switch@NAME.service: restarts a running guest into the next deployment, and waits for
 * the verdict on it.
 */
export async function switchTo(guest: Guest, report: Report): Promise<void> {
  const { name } = guest;
  const decision = decide(await readSwitchState(guest), guest.update, triggerOf(process.env));
  switch (decision.kind) {
    case 'nothing':
      return report.step('Nothing is staged');
    case 'leaveInVain':
      return report.step(whyInVain(guest, decision.undeployed));
    case 'leaveHeld':
      return report.step(`The staged update waits: ${holdWords(decision.hold)}`);
    case 'leaveStopped':
      if (decision.releases) release(name, decision.releases);
      return report.step(`The update takes effect at the next start: guestctl start ${name}`);
    case 'restart':
      return restart(guest, decision, report);
  }
}

type Restart = Extract<SwitchDecision, { kind: 'restart' }>;

async function restart(guest: Guest, decision: Restart, report: Report): Promise<void> {
  const { name } = guest;
  const { wanted } = decision;
  const since = now();
  await prepare(guest, decision, report);
  if (decision.releases) release(name, decision.releases);
  report.step(`Restarting ${name}`);
  const problem = await restartMachine(guest, since, report);
  const restarted = { wanted, hasProblem: problem !== undefined };
  const before = { ...restarted, next: nextCommit(readNext(guest)), isRunning: await isRunning(name) };
  if (wasStopped(before))
    return report.step(`${name} was stopped meanwhile. The update takes effect at its next start`);
  report.progress('It was restarted; waiting for the verdict on it');
  await settled(guest);
  const [next] = listDeployments(guest.sysroot);
  switch (outcomeOf({ ...restarted, next: next?.checksum, isRunning: await isRunning(name) })) {
    case 'back':
      throw notSwitched(guest, wanted, next);
    case 'failed':
      throw problem;
    case 'switched':
      return report.step(`${name} runs ${next?.title}`);
  }
}

/** Rehearses the update if the policy asks for it. Fails if the guest boots something else by now. */
async function prepare(guest: Guest, { wanted, rehearses }: Restart, report: Report): Promise<void> {
  const { name } = guest;
  if (rehearses) await requireRehearsable(guest);
  await rememberFailedUnits(guest);
  if (rehearses) {
    report.step(`Rehearsing it first: systemctl status ${rehearseUnit(name)}`);
    await rehearsed(guest, wanted);
  }
  if (nextCommit(readNext(guest)) !== wanted)
    throw new Failure(
      `What ${name} boots next has changed meanwhile`,
      `Switch again: guestctl switch ${name}`,
    );
}

/**
 * Restarts the guest, and returns why that failed: if it hangs or crashes, the assessment decides. A guest that somebody has
 * stopped meanwhile stays stopped.
 */
async function restartMachine(guest: Guest, since: number, report: Report): Promise<Failure | undefined> {
  const { name } = guest;
  const unit = driver.unit(name);
  const [shown] = await showUnits([unit], ['InvocationID']);
  const problem = await tryRestartUnit(unit).then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      return error;
    },
  );
  if (await stopTimedOut(unit, shown?.['InvocationID'] ?? '')) {
    report.step(killedWarning(name));
    const attempt = { action: 'switch', trigger: triggerOf(process.env), since } as const;
    await record(guest, { ...attempt, outcome: 'failed', message: killedWarning(name) });
  }
  return problem;
}

/** Says why a restart would not deploy the staged update. */
export const whyInVain = ({ name }: Guest, { reason, remedy }: Undeployed): string =>
  `${reason}. ${name} is not restarted for it. ${remedy}; then: guestctl switch ${name}`;

/** Waits until the default deployment is not on trial, and the guest is neither starting nor stopping. */
async function settled({ name, sysroot }: Guest): Promise<void> {
  const units = [driver.unit(name), assessUnit(name)];
  for (let idle = 0; ; await sleep(500)) {
    const [machine, assessment] = (await showUnits(units, ['ActiveState'])).map(
      (unit) => unit['ActiveState'],
    );
    const isOnTrial = readTrial(name, listDeployments(sysroot)[0]?.name) !== undefined;
    const seen = settle({ isOnTrial, machine, assessment }, idle);
    if (seen === 'settled') return;
    if (seen === 'abandoned')
      throw new Failure(
        `${name} was stopped before its update was found healthy`,
        `See: guestctl status ${name}`,
      );
    idle = seen.idle;
  }
}

function notSwitched({ name }: Guest, wanted: Checksum, next: Deployment | undefined): Failure {
  const reason =
    readRejection(name, wanted)?.reason ?? readUndeployed(name)?.reason ?? 'it could not be deployed';
  const log = `journalctl -u ${bootUnit(name)} -u ${assessUnit(name)}`;
  return new Failure(
    `${name} is back on ${next?.title} (${next?.name.slice(0, 12)}): ${reason}`,
    `See: ${log}`,
  );
}
