import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from '../../config/guest.ts';
import { now } from '../../host/clock.ts';
import { Failure, failureOf } from '../../host/failure.ts';
import { endedByStop } from '../../host/journal.ts';
import {
  assessUnit,
  bootUnit,
  lockTimerUnit,
  rehearseUnit,
  showUnits,
  startAgainUnit,
  stateWithJob,
} from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { tryRestartGuest } from '../../machine/stopping.ts';
import { type Deployment, listDeployments } from '../../ostree/deployments.ts';
import type { Checksum } from '../../ostree/names.ts';
import { triggerOf } from '../../state/attempts.ts';
import { isWaitingForLock, readLockRefusal } from '../../state/fleet-lock.ts';
import { readRejection } from '../../state/rejected.ts';
import { release } from '../../state/released.ts';
import type { Report } from '../../state/report.ts';
import { readTrial } from '../../state/trial.ts';
import { readUndeployed, type Undeployed } from '../../state/undeployed.ts';
import { rememberFailedUnits } from '../assess/health.ts';
import { getLock } from '../lock/lock.ts';
import { settleIdle } from '../lock/settle-idle.ts';
import { holdWords, lastRehearsed } from '../read-hold.ts';
import { recordKilled } from '../record-attempt.ts';
import { requireRehearsable } from '../rehearse/rehearsable.ts';
import { tellUndeployed } from '../tell-undeployed.ts';
import { rehearsed } from '../update/rehearsed.ts';
import { readNext, readSwitchState } from './read-state.ts';
import {
  decide,
  type InVain,
  nextCommit,
  outcomeOf,
  type SwitchDecision,
  settle,
  wasStopped,
} from './rule.ts';

/**
 * Runs ostree-guest-switch@NAME.service: restarts a running guest into the next deployment, and waits for
 * the verdict on it.
 */
export async function switchTo(guest: Guest, report: Report): Promise<void> {
  const { name } = guest;
  if (isOnlyForLock(name)) {
    report.step('No switch waits for a lock');
    return settleIdle(guest, report);
  }
  const trigger = triggerOf(process.env);
  // Somebody who switches by hand wants to see it fail.
  const decision = decide(await readSwitchState(guest, trigger === 'timer'), guest.update, trigger);
  if (decision.kind === 'restart') return restart(guest, decision, report);
  report.step(await leave(guest, decision, report));
  await settleIdle(guest, report);
}

/** True if the timer of the lock has started the switch, and no switch waits for the lock. */
const isOnlyForLock = (name: string): boolean => isByLockTimer(name) && !isWaitingForLock(name);

const isByLockTimer = (name: string): boolean => process.env['TRIGGER_UNIT'] === lockTimerUnit(name);

/** Returns why the guest is not restarted. For one that is stopped, first does what lets its next start deploy the update. */
async function leave(
  guest: Guest,
  decision: Exclude<SwitchDecision, Restart>,
  report: Report,
): Promise<string> {
  const { name } = guest;
  switch (decision.kind) {
    case 'nothing':
      return 'Nothing is staged';
    case 'leaveInVain':
      return whyInVain(guest, decision.inVain);
    case 'leaveHeld':
      return `The staged update waits: ${holdWords(decision.hold)}`;
    case 'leaveStopped':
      if (decision.rehearses) {
        await requireRehearsable(guest);
        await rehearseFirst(guest, decision.rehearses, report);
      }
      if (decision.releases) release(name, decision.releases);
      return `The update takes effect at the next start: guestctl start ${name}`;
  }
}

type Restart = Extract<SwitchDecision, { kind: 'restart' }>;

async function restart(guest: Guest, decision: Restart, report: Report): Promise<void> {
  const { name } = guest;
  const { wanted, releases, locksFor, overrides } = decision;
  const since = now();
  await prepare(guest, decision, report);
  // The timer that asks for the lock again overrides nothing.
  if (releases && overrides) release(name, releases);
  const wish = locksFor && { checksum: locksFor, trigger: triggerOf(process.env) };
  if (wish && !(await getLock(name, wish, report))) return report.step(waitWords(name));
  await requireStillNext(guest, wanted, report);
  if (releases) release(name, releases);
  const known = readUndeployed(guest, { checksum: wanted });
  report.step(`Restarting ${name}`);
  const problem = await restartMachine(guest, since, report);
  const restarted = { wanted, hasProblem: problem !== undefined };
  const before = { ...restarted, next: nextCommit(readNext(guest)), isRunning: await isRunning(name) };
  if (wasStopped(before)) return report.step(stoppedWords(name));
  report.progress('It was restarted; waiting for the verdict on it');
  await settled(guest);
  const deployments = listDeployments(guest.sysroot);
  const [next] = deployments;
  const runs = await isRunning(name);
  switch (outcomeOf({ ...restarted, next: next?.checksum, isRunning: runs })) {
    case 'back':
      throw await notSwitched(guest, { wanted, known, deployments, runs }, report);
    case 'failed':
      throw problem;
    case 'stopped':
      return report.step(stoppedWords(name));
    case 'switched':
      return report.step(`${name} runs ${next?.title}`);
  }
}

const stoppedWords = (name: string): string =>
  `${name} was stopped meanwhile, and stays stopped. Its next start boots what it was switched to`;

/** Rehearses the update if the policy asks for it. A switch that asks for the lock again has done that. */
async function prepare(guest: Guest, { wanted, rehearses }: Restart, report: Report): Promise<void> {
  if (rehearses) await requireRehearsable(guest);
  await rememberFailedUnits(guest);
  if (rehearses && !(isByLockTimer(guest.name) && lastRehearsed(guest.name) === wanted))
    await rehearseFirst(guest, wanted, report);
}

async function rehearseFirst(guest: Guest, wanted: Checksum, report: Report): Promise<void> {
  report.step(`Rehearsing it first: systemctl status ${rehearseUnit(guest.name)}`);
  await rehearsed(guest, wanted);
}

/** Fails if the guest boots something else by now. */
async function requireStillNext(guest: Guest, wanted: Checksum, report: Report): Promise<void> {
  const { name } = guest;
  if (nextCommit(readNext(guest)) === wanted) return;
  await settleIdle(guest, report);
  throw new Failure(`What ${name} boots next has changed meanwhile`, `Switch again: guestctl switch ${name}`);
}

function waitWords(name: string): string {
  const why = readLockRefusal(name)?.reason;
  const what = why === undefined ? 'There is no lock' : `There is no lock: ${why}`;
  return `${what}. ${name} runs on. The lock is asked for every 5 minutes; without it: guestctl switch --force ${name}`;
}

/**
 * Restarts the guest, and returns why that failed: if it hangs or crashes, the assessment decides. A guest that somebody has
 * stopped meanwhile stays stopped.
 */
async function restartMachine(guest: Guest, since: number, report: Report): Promise<Failure | undefined> {
  const { name } = guest;
  const unit = driver.unit(name);
  const attempt = { action: 'switch', trigger: triggerOf(process.env), since } as const;
  const problem = await failureOf(() => tryRestartGuest(name, recordKilled(guest, attempt, report)));
  return problem && (await endedByStop(unit, await runOf(unit))) ? undefined : problem;
}

/** Returns the InvocationID= of the current or last run of a unit. */
const runOf = async (unit: string): Promise<string> =>
  (await showUnits([unit], ['InvocationID']))[0]?.['InvocationID'] ?? '';

/** Says why a restart would not deploy the staged update. */
export const whyInVain = ({ name }: Guest, { reason, remedy }: InVain): string =>
  `${reason}. ${name} is not restarted for it. ${remedy}; then: guestctl switch ${name}`;

/** Waits until the default deployment is not on trial, and the guest is neither starting nor stopping, nor about to. */
async function settled({ name, sysroot }: Guest): Promise<void> {
  const units = [driver.unit, assessUnit, bootUnit, startAgainUnit].map((unit) => unit(name));
  for (let idle = 0; ; await sleep(500)) {
    const [machine, assessment, ...boot] = (await showUnits(units, ['ActiveState', 'Job'])).map(stateWithJob);
    const isOnTrial = readTrial(name, listDeployments(sysroot)[0]?.name) !== undefined;
    const seen = settle({ isOnTrial, machine, assessment, boot }, idle);
    if (seen === 'settled') return;
    if (seen === 'abandoned')
      throw new Failure(
        `There is no verdict on the update of ${name}: it was stopped, or the host lacks something`,
        `See: guestctl status ${name}`,
      );
    idle = seen.idle;
  }
}

/** A switch after which a guest boots something else than was wanted. */
interface NotSwitched {
  readonly wanted: Checksum;
  /** What was known before of a failure to deploy that. */
  readonly known: Undeployed | undefined;
  readonly deployments: readonly Deployment[];
  readonly runs: boolean;
}

async function notSwitched(guest: Guest, found: NotSwitched, report: Report): Promise<Failure> {
  const { name } = guest;
  const [next] = found.deployments;
  const reason = readRejection(name, found.wanted)?.reason ?? (await whyNotDeployed(guest, found, report));
  const log = `See: journalctl -u ${bootUnit(name)} -u ${assessUnit(name)}`;
  const where = `on ${next?.title} (${next?.name.slice(0, 12)})`;
  return found.runs
    ? new Failure(`${name} is back ${where}: ${reason}`, log)
    : new Failure(
        `${name} is back ${where}, and does not run: ${reason}`,
        `Start it: guestctl start ${name}. ${log}`,
      );
}

/** Returns the reason, and remembers one if the start has not, such as for a guest that manages itself and was killed. */
async function whyNotDeployed(
  guest: Guest,
  { wanted: checksum, known, deployments }: NotSwitched,
  report: Report,
): Promise<string> {
  const told = readUndeployed(guest, { checksum });
  if (told && told.time !== known?.time) return told.reason;
  const reason = `${guest.name} came back without ${checksum.slice(0, 12)}`;
  if (deployments.some((one) => one.checksum === checksum)) return reason;
  const remedy = `See: guestctl logs ${guest.name}`;
  const failure = { checksum, reason, remedy, suspect: 'etc' } as const;
  await tellUndeployed(guest, deployments[0], { ...failure, trigger: triggerOf(process.env) }, report);
  return reason;
}
