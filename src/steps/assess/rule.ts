// Judges the state of a machine, and decides what follows from a verdict. No side effects: health.ts reads, assess.ts acts.
import type { Baseline } from '../../state/baseline.ts';
import type { Trial } from '../../state/trial.ts';

/** The measure of a machine's health. */
export interface Measure {
  /** Undefined if the failed units before are unknown. */
  readonly baseline: Baseline | undefined;
  /** True if its tree has D-Bus, without which its systemd cannot be asked. */
  readonly hasBus: boolean;
}

/** `stopped`: somebody shut it down before the verdict. */
export type Verdict =
  /** With its failed units, which are the baseline of the next trial. */
  | { readonly kind: 'healthy'; readonly failedUnits: readonly string[] | undefined }
  | { readonly kind: 'stopped' }
  /** The host lacked something that every deployment needs. */
  | { readonly kind: 'hindered'; readonly lack: string }
  /** With the units that failed, if it is because of them. */
  | { readonly kind: 'faulty'; readonly fault: string; readonly units?: readonly string[] };

/** Says why a machine was not found healthy. */
export function unhappyWords(verdict: Exclude<Verdict, { kind: 'healthy' }>): string {
  switch (verdict.kind) {
    case 'faulty':
      return verdict.fault;
    case 'hindered':
      return `the host lacks something: ${verdict.lack}`;
    case 'stopped':
      return 'it was stopped';
  }
}

export type Faulty = Extract<Verdict, { kind: 'faulty' }>;

const faulty = (fault: string): Faulty => ({ kind: 'faulty', fault });

const ended = 'it ended by itself';

/** The observed state of a machine. */
export interface Sight {
  /** `stopped` means a clean end, or that somebody stops it; a crash is `failed`. */
  readonly unit: 'starting' | 'up' | 'stopped' | 'failed';
  /** The state of its own systemd: systemctl(1), is-system-running. Undefined if it does not answer. */
  readonly system?: string | undefined;
  /** Whether default.target is active. Undefined if its systemd does not answer. */
  readonly isAtTarget?: boolean | undefined;
  /** Undefined if its systemd does not answer. */
  readonly failedUnits?: readonly string[] | undefined;
}

/**
 * Decides on one observation: a verdict, or that the machine is up and its health checks can run, or that it must be
 * checked again. A missing answer is never evidence of health.
 */
export function judgeSight(
  { unit, system, isAtTarget, failedUnits: failed }: Sight,
  { baseline, hasBus }: Measure,
): Verdict | 'up' | 'booting' {
  if (unit === 'stopped') return { kind: 'stopped' };
  if (unit === 'failed') return faulty(ended);
  if (unit === 'starting') return 'booting';
  // A tree without D-Bus cannot be asked. Its init system has said that it is up, which is enough.
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

export const endedByItself = ({ fault }: Faulty): boolean => fault === ended;

/** A health check that did not succeed. */
export interface Unhappy {
  readonly complaint: string;
  /** True if the check cannot succeed later: the guest does not have its program. */
  readonly isFinal: boolean;
}

/** Decides after the health checks: the machine may have gone down meanwhile. */
export function judgeChecked(
  sight: Sight,
  measure: Measure,
  unhappy: Unhappy | undefined,
): Verdict | 'again' {
  const seen = judgeSight(sight, measure);
  if (seen !== 'up' && seen !== 'booting') return seen;
  if (seen === 'up' && unhappy?.isFinal) return faulty(unhappy.complaint);
  return seen === 'up' && unhappy === undefined
    ? { kind: 'healthy', failedUnits: sight.failedUnits }
    : 'again';
}

/** Blames the host instead of the deployment if it lacks something: then what went wrong is no evidence. */
export function blame(verdict: Faulty, lack: string | undefined, complaint: string): Verdict {
  if (lack !== undefined) return { kind: 'hindered', lack };
  return endedByItself(verdict) ? faulty(`${verdict.fault} (${complaint})`) : verdict;
}

/** The consequence of a verdict on a deployment on trial. */
export type TrialConsequence =
  /** Nothing: it was stopped. Its next start counts, too. */
  | { readonly kind: 'leave' }
  /** It is good. Its failed units are the baseline of the next one. */
  | { readonly kind: 'bless'; readonly failedUnits: readonly string[] | undefined }
  /** It stays on trial, and this start does not count. */
  | { readonly kind: 'discount'; readonly lack: string }
  /** It is started again. Once no start is left, the boot step goes back, and its commit is not staged again. */
  | { readonly kind: 'startAgain'; readonly fault: string; readonly isRejected: boolean };

export function consequenceOf(verdict: Verdict, { left }: Pick<Trial, 'left'>): TrialConsequence {
  switch (verdict.kind) {
    case 'stopped':
      return { kind: 'leave' };
    case 'healthy':
      return { kind: 'bless', failedUnits: verdict.failedUnits };
    case 'hindered':
      return { kind: 'discount', lack: verdict.lack };
    case 'faulty':
      return { kind: 'startAgain', fault: verdict.fault, isRejected: left === 0 };
  }
}
