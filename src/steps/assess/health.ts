import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from '../../config/guest.ts';
import type { UpdatePolicy } from '../../config/policy.ts';
import { excerpt } from '../../config/problem.ts';
import { lastMessages } from '../../host/journal.ts';
import { endingWords, type Finished } from '../../host/process.ts';
import { showUnits } from '../../host/systemctl.ts';
import { type Ask, checkInside, failedUnits, isActive, systemState } from '../../machine/inside.ts';
import { type Baseline, writeBaseline } from '../../state/baseline.ts';
import type { Report } from '../../state/report.ts';

/** A machine that was just started: its name for machinectl, and the unit that it runs in. */
export interface Subject {
  readonly machine: string;
  readonly unit: string;
  readonly baseline: Baseline | undefined;
  /** Whether its tree has D-Bus, without which its systemd cannot be asked. */
  readonly hasBus: boolean;
}

/** `stopped`: somebody ended it in an orderly way, before it could be judged. */
export type Verdict =
  /** With the units that have failed all the same: the baseline of the next trial. */
  | { readonly kind: 'healthy'; readonly failedUnits: readonly string[] | undefined }
  | { readonly kind: 'stopped' }
  /** The host lacked something that every deployment needs: no fault of this one. */
  | { readonly kind: 'hindered'; readonly lack: string }
  /** With the units that failed, if it is because of them. */
  | { readonly kind: 'faulty'; readonly fault: string; readonly units?: readonly string[] };

/** What one look at a machine shows. */
export interface Sight {
  /** `stopped` is only what ended well: what crashed has failed. */
  readonly unit: 'starting' | 'up' | 'stopped' | 'failed';
  /** As its own systemd calls it: systemctl(1), is-system-running. Undefined if it does not answer. */
  readonly system?: string | undefined;
  /** Whether default.target is active. Undefined if its systemd does not answer. */
  readonly isAtTarget?: boolean | undefined;
  /** Undefined if its systemd does not answer. */
  readonly failedUnits?: readonly string[] | undefined;
}

/**
 * Decides by one look: a verdict, or that the machine is up, so that its health checks can be run, or that it has to be
 * looked at again. No answer is never a good sign.
 */
export function decide(
  { unit, system, isAtTarget, failedUnits: failed }: Sight,
  { baseline, hasBus }: Pick<Subject, 'baseline' | 'hasBus'>,
): Verdict | 'up' | 'booting' {
  if (unit === 'stopped') return { kind: 'stopped' };
  if (unit === 'failed') return faulty('it ended by itself');
  if (unit === 'starting') return 'booting';
  // A tree without D-Bus cannot be asked. Its init system told nspawn that it is up, and that must do.
  if (!hasBus) return 'up';
  if (system === 'maintenance') return faulty('it booted into its rescue shell');
  if (system !== 'running' && system !== 'degraded') return 'booting';
  if (isAtTarget === undefined || failed === undefined) return 'booting';
  if (!isAtTarget) return faulty('it did not reach its default target');
  // Without a baseline no failed unit can be called new.
  const units = baseline ? failed.filter((one) => !baseline.failedUnits.includes(one)) : [];
  if (units.length === 0) return 'up';
  return { kind: 'faulty', fault: `${units.join(' and ')} failed, and had not failed before`, units };
}

const faulty = (fault: string): Verdict => ({ kind: 'faulty', fault });

/**
 * Waits for a machine to come up, and judges it: it reached its default target, no unit failed that had not failed
 * before, and the health checks succeed, all within the time that its guest file gives it. It is looked at once more after
 * the checks, because it may have gone down meanwhile. Time is monotonic: a clock that is set changes nothing.
 */
export async function judge(subject: Subject, policy: UpdatePolicy, report: Report): Promise<Verdict> {
  const deadline = performance.now() + policy.healthTimeout;
  const left = () => deadline - performance.now();
  let complaint = 'it did not come up';
  let wasChecked = false;
  for (; left() > 0; await sleep(wasChecked ? 1000 : 300)) {
    const before = decide(await look(subject), subject);
    if (before === 'booting') continue;
    if (before !== 'up') return await withCause(before, subject, complaint);
    report.progress('It is up; checking its health');
    const unhappy = await firstComplaint(subject.machine, policy.healthChecks, left);
    const sight = await look(subject);
    const after = decide(sight, subject);
    if (after !== 'up' && after !== 'booting') return await withCause(after, subject, complaint);
    if (after === 'up' && !unhappy) return { kind: 'healthy', failedUnits: sight.failedUnits };
    // The deadline cuts off the last check: what the one before it said tells more.
    if (!wasChecked || left() > 0) complaint = unhappy ?? 'it went down while it was checked';
    wasChecked = true;
  }
  return faulty(`${complaint} within ${policy.healthTimeout / 1000} s`);
}

/**
 * Keeps which units of a guest have failed, to compare its next deployment with. Waits for a guest that is still booting:
 * before it is up, not all of them are known. Keeps what is known if it does not come up.
 */
export async function rememberFailedUnits({ name, update }: Guest, ask?: Ask): Promise<void> {
  const deadline = performance.now() + update.healthTimeout;
  for (;;) {
    const state = await systemState(name, ask);
    if (state === 'running' || state === 'degraded') break;
    if ((state !== 'initializing' && state !== 'starting') || performance.now() > deadline) return;
    await sleep(500);
  }
  const failed = await failedUnits(name, ask);
  if (failed) writeBaseline(name, { failedUnits: failed });
}

async function look({ machine, unit, hasBus }: Subject): Promise<Sight> {
  const state = await unitState(unit);
  if (state !== 'up' || !hasBus) return { unit: state };
  const system = await systemState(machine);
  if (system !== 'running' && system !== 'degraded') return { unit: state, system };
  const isAtTarget = await isActive(machine, 'default.target');
  return { unit: state, system, isAtTarget, failedUnits: await failedUnits(machine) };
}

async function unitState(unit: string): Promise<Sight['unit']> {
  const [shown] = await showUnits([unit], ['ActiveState']);
  switch (shown?.['ActiveState']) {
    case 'active':
    case 'reloading':
      return 'up';
    case 'failed':
      return 'failed';
    case 'inactive':
      return 'stopped';
    default:
      return 'starting';
  }
}

/** Adds why a machine ended by itself, as far as its unit's journal tells. */
async function withCause(verdict: Verdict, { unit }: Subject, complaint: string): Promise<Verdict> {
  if (verdict.kind !== 'faulty' || verdict.fault !== 'it ended by itself') return verdict;
  const lack = lackOf(await lastMessages(unit));
  if (lack !== undefined) return { kind: 'hindered', lack };
  return faulty(`${verdict.fault} (${complaint})`);
}

/** Finds what the host lacked, in what nspawn and the first process of a machine said last: errno(3). */
export const lackOf = (messages: readonly string[]): string | undefined =>
  messages.find((message) =>
    /^(Failed to|Cannot) .*: (Too many open files|No space left on device|Cannot allocate memory|Resource temporarily unavailable|Disk quota exceeded|Too many (users|references)|User namespace limit)/i.test(
      message,
    ),
  );

async function firstComplaint(
  machine: string,
  checks: UpdatePolicy['healthChecks'],
  left: () => number,
): Promise<string | undefined> {
  for (const words of checks) {
    const checked = await checkInside(machine, words, left());
    if (checked.exitCode === 0) continue;
    return `HealthCheck=${words.join(' ')} did not succeed (${endingWords(checked)}${lastSaid(checked)})`;
  }
  return undefined;
}

/** What a check printed last. Unless it exited, that is only how it ended. */
function lastSaid({ ended, stdout, stderr }: Finished): string {
  if (ended !== 'exited') return '';
  const said = excerpt((stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '');
  return said ? `: ${said}` : '';
}
