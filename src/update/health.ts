import { setTimeout as sleep } from 'node:timers/promises';
import type { UpdatePolicy } from '../config/policy.ts';
import { excerpt } from '../config/problem.ts';
import { failedUnits, isActive, runInside, systemState } from '../machine/inside.ts';
import { showUnits } from '../machine/systemctl.ts';
import { type Baseline, writeBaseline } from '../state/baseline.ts';
import type { Report } from './report.ts';

/** A machine that was just started: its name for machinectl, and the unit that it runs in. */
export interface Subject {
  readonly machine: string;
  readonly unit: string;
  readonly baseline: Baseline | undefined;
}

/** `stopped`: somebody ended it in an orderly way, before it could be judged. */
export type Verdict =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'stopped' }
  /** With the units that failed, where it is because of them. */
  | { readonly kind: 'faulty'; readonly fault: string; readonly units?: readonly string[] };

const faulty = (fault: string): Verdict => ({ kind: 'faulty', fault });

/**
 * Waits for a machine to come up, and judges it: it reached its default target, no unit failed that had not failed
 * before, and the health checks succeed, all within the time that its guest file gives it.
 */
export async function judge(subject: Subject, policy: UpdatePolicy, report: Report): Promise<Verdict> {
  const deadline = Date.now() + policy.healthTimeout;
  let complaint = 'it did not come up';
  let checked = false;
  while (Date.now() < deadline) {
    const state = await unitState(subject.unit);
    if (state === 'stopped') return { kind: 'stopped' };
    if (state === 'failed') return faulty(`it ended by itself (${complaint})`);
    if (state === 'up') {
      const boot = await bootState(subject);
      if (boot === 'up') {
        report.progress('It is up; checking its health');
        const units = await newlyFailed(subject);
        if (units.length > 0)
          return { kind: 'faulty', fault: `${units.join(' and ')} failed, and had not failed before`, units };
        const unhappy = await firstComplaint(subject.machine, policy.healthChecks, deadline);
        if (!unhappy) return { kind: 'healthy' };
        // The last check is cut off by the deadline: what the one before it said tells more.
        if (!checked || Date.now() < deadline) complaint = unhappy;
        checked = true;
      } else if (boot !== 'booting') return faulty(boot);
    }
    await sleep(checked ? 1000 : 300);
  }
  return faulty(`${complaint} within ${policy.healthTimeout / 1000} s`);
}

/** Keeps which units of a running guest have failed, to compare its next deployment with. */
export async function rememberFailedUnits(guest: string): Promise<void> {
  const failed = await failedUnits(guest);
  if (failed) writeBaseline(guest, { failedUnits: failed });
}

/** `stopped` is only what ended well: what crashed has failed. */
async function unitState(unit: string): Promise<'starting' | 'up' | 'stopped' | 'failed'> {
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

/** What keeps it from being up, in words, where nothing will change that. */
async function bootState({ machine, baseline }: Subject): Promise<string> {
  const state = await systemState(machine);
  // A tree without D-Bus cannot be asked, and then never could: its unit's being up must do.
  if (state === undefined) return baseline ? 'booting' : 'up';
  if (state === 'maintenance') return 'it booted into its rescue shell';
  if (state !== 'running' && state !== 'degraded') return 'booting';
  const isUp = await isActive(machine, 'default.target');
  if (isUp === undefined) return 'booting';
  return isUp ? 'up' : 'it did not reach its default target';
}

/** Where nothing is known of before, nothing can be said to be new. */
async function newlyFailed({ machine, baseline }: Subject): Promise<string[]> {
  if (!baseline) return [];
  return ((await failedUnits(machine)) ?? []).filter((unit) => !baseline.failedUnits.includes(unit));
}

async function firstComplaint(
  machine: string,
  checks: UpdatePolicy['healthChecks'],
  deadline: number,
): Promise<string | undefined> {
  for (const words of checks) {
    const { exitCode, stdout, stderr } = await runInside(machine, words, deadline - Date.now());
    if (exitCode === 0) continue;
    const said = excerpt((stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '');
    return `HealthCheck=${words.join(' ')} did not succeed (exit code ${exitCode}${said ? `: ${said}` : ''})`;
  }
  return undefined;
}
