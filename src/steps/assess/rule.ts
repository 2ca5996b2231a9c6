// What one look at a machine means, and what follows from a verdict. It has no side effects: health.ts looks, assess.ts acts.
import type { Baseline } from '../../state/baseline.ts';
import type { Trial } from '../../state/trial.ts';

/** What a machine is compared with. */
export interface Measure {
  /** Undefined if nothing is known of it before. */
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

type Faulty = Extract<Verdict, { kind: 'faulty' }>;

const faulty = (fault: string): Faulty => ({ kind: 'faulty', fault });

const ended = 'it ended by itself';

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
export function judgeSight(
  { unit, system, isAtTarget, failedUnits: failed }: Sight,
  { baseline, hasBus }: Measure,
): Verdict | 'up' | 'booting' {
  if (unit === 'stopped') return { kind: 'stopped' };
  if (unit === 'failed') return faulty(ended);
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

export const endedByItself = (verdict: Verdict): verdict is Faulty =>
  verdict.kind === 'faulty' && verdict.fault === ended;

/**
 * Decides by a look after the health checks: the machine may have gone down meanwhile. `unhappy` is what a check complained of.
 */
export function judgeChecked(sight: Sight, measure: Measure, unhappy: string | undefined): Verdict | 'again' {
  const seen = judgeSight(sight, measure);
  if (seen !== 'up' && seen !== 'booting') return seen;
  return seen === 'up' && unhappy === undefined
    ? { kind: 'healthy', failedUnits: sight.failedUnits }
    : 'again';
}

/** Finds what the host lacked, in what nspawn and the first process of a machine said last: errno(3). */
export const lackOf = (messages: readonly string[]): string | undefined =>
  messages.find((message) =>
    /^(Failed to|Cannot) .*: (Too many open files|No space left on device|Cannot allocate memory|Resource temporarily unavailable|Disk quota exceeded|Too many (users|references)|User namespace limit)/i.test(
      message,
    ),
  );

/** Blames the host, and not the deployment, for a machine that ended by itself because the host lacked something. */
export function blame(verdict: Verdict, messages: readonly string[], complaint: string): Verdict {
  if (!endedByItself(verdict)) return verdict;
  const lack = lackOf(messages);
  return lack === undefined ? faulty(`${verdict.fault} (${complaint})`) : { kind: 'hindered', lack };
}

/** What follows from the verdict on a deployment that is on trial. */
export type Consequence =
  /** Nothing: it was stopped. Its next start counts, too. */
  | { readonly kind: 'leave' }
  /** It is good. The units that have failed all the same are the measure of the next one. */
  | { readonly kind: 'bless'; readonly failedUnits: readonly string[] | undefined }
  /** It stays on trial, and this start does not count. */
  | { readonly kind: 'discount'; readonly lack: string }
  /** It is started again. Once no start is left, the boot step goes back, and its commit is not staged again. */
  | { readonly kind: 'startAgain'; readonly fault: string; readonly isRejected: boolean };

export function consequenceOf(verdict: Verdict, { left }: Pick<Trial, 'left'>): Consequence {
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
