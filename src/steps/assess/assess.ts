import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from '../../config/guest.ts';
import { now } from '../../host/clock.ts';
import { isFull } from '../../host/disk-room.ts';
import { Failure } from '../../host/failure.ts';
import { endedByStop } from '../../host/journal.ts';
import {
  beginStart,
  isDown,
  isFailing,
  isGoingDown,
  killUnit,
  resetFailed,
  showUnits,
} from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { restartGuestUnlessStopped } from '../../machine/stopping.ts';
import { type Deployment, hasBus, listDeployments } from '../../ostree/deployments.ts';
import { readBaseline, writeBaseline } from '../../state/baseline.ts';
import { readLockWish } from '../../state/fleet-lock.ts';
import { reject } from '../../state/rejected.ts';
import type { Report } from '../../state/report.ts';
import { endTrial, fallbackOf, readTrial, type Trial, uncountTry } from '../../state/trial.ts';
import { bootedRoot } from '../boot/root-link.ts';
import { dropLock, keepTrying, mayHoldLock } from '../lock/lock.ts';
import { isTakenOver } from '../lock/rule.ts';
import { noteDown } from '../note-down.ts';
import { type Begun, record, recordKilled } from '../record-attempt.ts';
import { judge, type Subject } from './health.ts';
import { hostSideOf, roomReturns } from './host-lack.ts';
import { consequenceOf, type TrialConsequence, unhappyWords } from './rule.ts';

/**
 * Judges a guest that was just started from a deployment on trial. A healthy one is blessed; a faulty one is started again,
 * and the boot step goes back to the previous deployment when no try is left.
 */
export async function assess(guest: Guest, report: Report): Promise<void> {
  const deployments = listDeployments(guest.sysroot);
  const [fresh] = deployments;
  const trial = readTrial(guest.name, fresh?.name);
  if (!fresh) return;
  if (!trial) return giveBackIfHealthy(guest, deployments, report);
  report.step(`Start ${trial.tries - trial.left} of ${trial.tries} from ${fresh.title}: is it healthy?`);
  const verdict = await judge(subjectOf(guest, fresh), guest.update, report);
  if (!isStillOf(guest, fresh, trial))
    return report.step('The guest was started again meanwhile. What counts is how that start goes');
  const from = fallbackOf(trial, deployments);
  await follow(guest, consequenceOf(verdict, trial), { fresh, from, trial }, report);
}

const subjectOf = (guest: Guest, { path }: Deployment): Subject => ({
  ...hostSideOf(guest),
  machine: guest.name,
  baseline: readBaseline(guest.name),
  root: path,
  hasBus: hasBus(path),
});

/** Judges a guest that is back after its update, or has never left: if it is healthy, it no longer needs its lock. */
async function giveBackIfHealthy(
  guest: Guest,
  deployments: readonly Deployment[],
  report: Report,
): Promise<void> {
  const { name } = guest;
  const root = bootedRoot(name);
  const running = deployments.find(({ path }) => path === root);
  if (!running || !mayHoldLock(name)) return;
  report.step(`Is ${running.title} healthy? Then the guest gives its lock back`);
  const verdict = await judge(subjectOf(guest, running), guest.update, report);
  // Somebody has started it anew: that start is judged by itself.
  if (bootedRoot(name) !== root || readTrial(name, running.name)) return;
  if (verdict.kind === 'healthy') return dropLock(name, report);
  report.warn(`${name} keeps its lock: ${unhappyWords(verdict)}`);
  await keepTrying(name);
}

/** The subject of a verdict, and its baseline. */
interface Judged {
  readonly fresh: Deployment;
  readonly from: Deployment | undefined;
  readonly trial: Trial;
}

async function follow(
  guest: Guest,
  consequence: TrialConsequence,
  { fresh, from, trial }: Judged,
  report: Report,
): Promise<void> {
  const attempt: Begun = {
    action: 'switch',
    trigger: 'start',
    since: trial.since,
    from: from?.checksum,
    to: fresh.checksum,
    version: fresh.title,
  };
  switch (consequence.kind) {
    case 'leave':
      return report.step('The guest was stopped before the verdict. Its next start counts, too');
    case 'bless':
      return bless(guest, fresh, consequence.failedUnits, attempt, report);
    case 'discount': {
      const isUncounted = await noteDown(report, () => uncountTry(guest.name, trial), 'So this start counts');
      const lack = `The host lacks something, so ${nameOf(fresh)} cannot be judged: ${consequence.lack}`;
      const message = isUncounted ? `${lack}. This start does not count` : lack;
      await record(guest, { ...attempt, outcome: 'failed', message });
      throw new Failure(lack, await makeUpFor(guest, lack, attempt, report));
    }
    case 'startAgain': {
      const { fault, isRejected } = consequence;
      const message = `${nameOf(fresh)} is not healthy: ${fault}`;
      if (isRejected)
        await noteDown(
          report,
          () => reject(guest.name, fresh.checksum, fault),
          'The next start tries that again',
        );
      await record(guest, { ...attempt, outcome: 'failed', message });
      throw new Failure(message, await startAgain(guest, nextStep(trial, from), attempt, report));
    }
  }
}

/** Ends the trial of a healthy deployment. Its failed units are the baseline of the next one. */
async function bless(
  guest: Guest,
  fresh: Deployment,
  failedUnits: readonly string[] | undefined,
  attempt: Begun,
  report: Report,
): Promise<void> {
  const { name } = guest;
  endTrial(name, fresh.name);
  if (failedUnits)
    await noteDown(
      report,
      () => writeBaseline(name, { failedUnits }),
      'The list of failed units stays as it was',
    );
  const message = `${nameOf(fresh)} is healthy: blessed`;
  report.progress(message);
  await record(guest, { ...attempt, outcome: 'blessed', message });
  if (mayHoldLock(name) && !isTakenOver(readLockWish(name), fresh.checksum)) await dropLock(name, report);
}

const nameOf = ({ title, name }: Deployment): string => `${title} (${name.slice(0, 12)})`;

/**
 * Starts a guest again that was not judged because its disk was full, once there is room: a service that failed is not started by
 * itself then. Returns what comes next, for people.
 */
async function makeUpFor(guest: Guest, lack: string, attempt: Begun, report: Report): Promise<string> {
  const { name } = guest;
  const { writes } = hostSideOf(guest);
  if (writes.some(isFull)) {
    report.step(`${lack}. Waiting for room there`);
    if (await roomReturns(writes, guest.update.healthTimeout))
      return startAgain(guest, 'There is room again: it is started once more', attempt, report);
  }
  const verb = (await isRunning(name)) ? 'restart' : 'start';
  return `See: guestctl doctor. Then start it again: guestctl ${verb} ${name}`;
}

/**
 * True if the guest is still in the start that was judged. systemd starts a guest again that reboots at once: the boot step may have
 * counted another start, or have given the deployment up, before the verdict on this start.
 */
function isStillOf(guest: Guest, fresh: Deployment, trial: Trial): boolean {
  return bootedRoot(guest.name) === fresh.path && readTrial(guest.name, fresh.name)?.left === trial.left;
}

/** Starts it once more, unless somebody has stopped it since the verdict. Returns what comes next, for people. */
async function startAgain(guest: Guest, next: string, attempt: Begun, report: Report): Promise<string> {
  const { name } = guest;
  const unit = driver.unit(name);
  const state = await stateUnlessStopped(unit);
  if (state === 'stopped') return leftAlone;
  // A guest that did not come up cannot shut down cleanly.
  if (state === 'activating') await killUnit(unit);
  // These starts must not count as a loop: systemd.unit(5), StartLimitBurst=.
  await resetFailed(unit);
  const tellKilled = recordKilled(guest, { ...attempt, since: now() }, report);
  let isEnded = false;
  const goOn = () => {
    isEnded = true;
  };
  // The new start of the guest ends this assessment by a signal, and begins the next one when this one has ended.
  process.on('SIGTERM', goOn);
  try {
    await (isDown(state) ? beginStart(unit) : restartGuestUnlessStopped(name, tellKilled));
  } catch (error) {
    if ((await stateUnlessStopped(unit)) === 'stopped') return leftAlone;
    // The signal ends systemctl(1), too, but not what systemd does.
    if (!isEnded) throw error;
  } finally {
    process.off('SIGTERM', goOn);
  }
  return next;
}

const leftAlone = 'Somebody has stopped or restarted it meanwhile';

/** Returns the ActiveState of a unit, or `stopped` if somebody has stopped or restarts it. Not if it has ended by itself. */
async function stateUnlessStopped(unit: string): Promise<string | undefined> {
  const look = async () =>
    (await showUnits([unit], ['ActiveState', 'Job', 'Result', 'InvocationID']))[0] ?? {};
  let shown = await look();
  for (; isFailing(shown); shown = await look()) await sleep(200);
  return isGoingDown(shown) || (await endedByStop(unit, shown['InvocationID'] ?? ''))
    ? 'stopped'
    : shown['ActiveState'];
}

function nextStep({ left }: Trial, from: Deployment | undefined): string {
  if (left > 0) return `It is started once more (${left} of its tries left)`;
  return from ? `The guest goes back to ${from.title}` : 'There is nothing to go back to';
}
