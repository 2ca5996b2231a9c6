import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from '../../config/guest.ts';
import type { UpdatePolicy } from '../../config/policy.ts';
import { excerpt } from '../../config/problem.ts';
import { endedByStop } from '../../host/journal.ts';
import { endingWords, type Finished } from '../../host/process.ts';
import { isFailing, showUnits } from '../../host/systemctl.ts';
import { inside, kindOf } from '../../host/tree-files.ts';
import { driver } from '../../machine/driver.ts';
import { failedUnits, isActive, systemState } from '../../machine/inside.ts';
import type { Ask } from '../../machine/machine.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { writeBaseline } from '../../state/baseline.ts';
import type { Report } from '../../state/report.ts';
import { readTrial } from '../../state/trial.ts';
import { bootedRoot } from '../boot/root-link.ts';
import { type HostSide, lackOfHost } from './host-lack.ts';
import {
  blame,
  endedByItself,
  judgeChecked,
  judgeSight,
  type Measure,
  type Sight,
  type Unhappy,
  type Verdict,
} from './rule.ts';

/** A machine that was just started. */
export interface Subject extends Measure, HostSide {
  readonly machine: string;
  /** The root directory of its deployment. */
  readonly root: string;
}

/**
 * Waits for a machine to come up, and judges it: it reached its default target, no unit failed that had not failed
 * before, and the health checks succeed, all within HealthTimeoutSec=. It is checked once more after
 * the health checks, because it may have gone down meanwhile. Time is monotonic: setting the clock changes nothing.
 */
export async function judge(subject: Subject, policy: UpdatePolicy, report: Report): Promise<Verdict> {
  const { verdict, complaint } = await watch(subject, policy, report);
  if (verdict.kind !== 'faulty') return verdict;
  return blame(verdict, await lackOfHost(subject, endedByItself(verdict)), complaint);
}

/** A verdict that does not ask yet what the host lacks, and what had been wrong until then. */
interface Watched {
  readonly verdict: Verdict;
  readonly complaint: string;
}

async function watch(subject: Subject, policy: UpdatePolicy, report: Report): Promise<Watched> {
  const begun = performance.now();
  const left = () => begun + policy.healthTimeout - performance.now();
  // A machine that takes long is looked at less often, because each look keeps the processors from it. The last look
  // is shortly before the deadline.
  const pause = (least: number) =>
    Math.max(least, Math.min((performance.now() - begun) / 10, 3000, left() - least));
  let complaint = 'it did not come up';
  let wasChecked = false;
  for (; left() > 0; await sleep(pause(wasChecked ? 1000 : 300))) {
    const before = judgeSight(await look(subject), subject);
    if (before === 'booting') continue;
    if (before !== 'up') return { verdict: before, complaint };
    report.progress('It is up; checking its health');
    const unhappy = await firstComplaint(subject, policy.healthChecks, left);
    const sight = await look(subject);
    const after = judgeChecked(sight, subject, unhappy);
    if (after !== 'again') return { verdict: after, complaint };
    // The deadline, or a machine that goes down, interrupts the last check: the complaint of the previous one is more useful.
    const isWhole = left() > 0 && judgeSight(sight, subject) === 'up';
    if (!wasChecked || isWhole) complaint = unhappy?.complaint ?? 'it went down while it was checked';
    wasChecked = true;
  }
  const fault = `${complaint} within ${policy.healthTimeout / 1000} s`;
  return { verdict: { kind: 'faulty', fault }, complaint };
}

/**
 * Records the failed units of a guest, to compare its next deployment with. Waits for a guest that is still booting:
 * before it is up, not all of them are known. Keeps the old record if it does not come up, and if it is on trial: it is not known yet
 * whether units may fail in that deployment.
 */
export async function rememberFailedUnits(guest: Guest, ask?: Ask): Promise<void> {
  const deadline = performance.now() + guest.update.healthTimeout;
  while ((await noteFailedUnits(guest, ask)) === 'booting' && performance.now() <= deadline) await sleep(500);
}

/** Does the same, but does not wait for a guest that is still booting. */
export async function noteFailedUnits(guest: Guest, ask?: Ask): Promise<'booting' | 'done'> {
  const { name } = guest;
  if (isOnTrial(guest)) return 'done';
  const state = await systemState(name, ask);
  if (state === 'initializing' || state === 'starting') return 'booting';
  const failed = isBooted(state) ? await failedUnits(name, ask) : undefined;
  // A reboot may have begun a trial meanwhile.
  if (failed && !isOnTrial(guest)) writeBaseline(name, { failedUnits: failed });
  return 'done';
}

/** True if what the guest runs, or last ran, is on trial. */
function isOnTrial({ name, sysroot }: Guest): boolean {
  const root = bootedRoot(name);
  const running = listDeployments(sysroot).find(({ path }) => path === root);
  return readTrial(name, running?.name) !== undefined;
}

/** Looks at a machine. Failed units are known only of one that is up. */
export async function look({ machine, unit, hasBus }: Subject): Promise<Sight> {
  const state = await unitState(unit);
  if (state !== 'up' || !hasBus) return { unit: state };
  const system = await systemState(machine);
  if (!isBooted(system)) return { unit: state, system };
  const [isAtTarget, failed] = [await isActive(machine, 'default.target'), await failedUnits(machine)];
  const seen = { unit: state, system, isAtTarget, failedUnits: failed };
  if (isAtTarget && failed?.length === 0) return seen;
  // If somebody stops it meanwhile, its target ends, and units may fail: that is no fault of its tree.
  const after = await systemState(machine);
  return isBooted(after) ? seen : { unit: state, system: after };
}

const isBooted = (system: string | undefined): boolean => system === 'running' || system === 'degraded';

async function unitState(unit: string): Promise<Sight['unit']> {
  const [shown = {}] = await showUnits([unit], ['ActiveState', 'Job', 'Result', 'InvocationID']);
  switch (shown['ActiveState']) {
    case 'active':
    case 'reloading':
      return 'up';
    case 'deactivating':
      // With a job, somebody stops the guest; without one, it ends by itself.
      return shown['Job'] && !isFailing(shown) ? 'stopped' : 'starting';
    case 'failed':
      // A job starts it anew.
      return shown['Job'] || (await endedByStop(unit, shown['InvocationID'] ?? '')) ? 'stopped' : 'failed';
    case 'inactive':
      return 'stopped';
    default:
      return 'starting';
  }
}

async function firstComplaint(
  { machine, root }: Subject,
  checks: UpdatePolicy['healthChecks'],
  left: () => number,
): Promise<Unhappy | undefined> {
  for (const words of checks) {
    const checked = await driver.check(machine, words, left());
    if (checked.exitCode !== 0) return unhappyOf(words, checked, root);
  }
  return undefined;
}

/** systemd.exec(5), "Process Exit Codes": EXIT_EXEC. systemd could not execute the program. */
const notExecuted = 203;

/** 203 may also be the check's own status, or a lack of memory. So it is final only if the program is missing in /usr of the guest. */
export function unhappyOf(words: readonly string[], checked: Finished, root: string): Unhappy {
  const [program = ''] = words;
  const check = `HealthCheck=${words.join(' ')}`;
  return checked.exitCode === notExecuted && isMissing(root, program)
    ? { complaint: `there is no ${program} in the guest that can be run: ${check}`, isFinal: true }
    : { complaint: `${check} did not succeed (${endingWords(checked)}${lastSaid(checked)})`, isFinal: false };
}

/** True if the program is missing in /usr of the deployment, which is read-only, so that it cannot appear later. */
function isMissing(root: string, program: string): boolean {
  try {
    const file = inside(root, program);
    return /^\/usr\/(?!local\/)/.test(file.slice(root.length)) && kindOf(file) === undefined;
  } catch {
    // A tree can have endless links.
    return false;
  }
}

/** Returns the last output of a check; if it did not exit by itself, how it ended. */
function lastSaid({ ended, stdout, stderr }: Finished): string {
  if (ended !== 'exited') return '';
  const said = excerpt((stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '');
  return said ? `: ${said}` : '';
}
