// Decides whether a start may deploy what is staged. No side effects: read-hold.ts reads the facts.
import type { UpdatePolicy } from '../config/policy.ts';
import { byClockOf, type Uptime } from '../host/clock.ts';
import type { Staged } from '../state/staged.ts';

export type HoldPolicy = Pick<UpdatePolicy, 'notBefore' | 'window'>;

/** What holds updates back, except for the policy. */
export interface HoldFacts {
  /** In milliseconds since 1970. */
  readonly at: number;
  /** The same moment, for updates that were staged while the clock was wrong. */
  readonly uptime?: Uptime | undefined;
  /** True without SwitchWindowSec=. */
  readonly isInWindow: boolean;
  /** The commit that a switch has asked for. */
  readonly released: string | undefined;
}

/** Why an update is not deployed yet. */
export type Hold =
  /** It has not been staged for long enough: NotBefore=. */
  | { readonly kind: 'age'; readonly until: number }
  /** It waits for the next maintenance window: SwitchWindowSec=. */
  | { readonly kind: 'window' };

/** Returns undefined if the next start may deploy it. */
export function holdOf(
  { checksum, time, uptime: stagedAt }: Pick<Staged, 'checksum' | 'time' | 'uptime'>,
  { at, uptime, isInWindow, released }: HoldFacts,
  { notBefore, window }: HoldPolicy,
): Hold | undefined {
  if (checksum === released) return undefined;
  // If the clock was ahead in an earlier boot of the host, it waits until the next update has corrected that.
  const since = byClockOf({ time: at, uptime }, { time, uptime: stagedAt });
  const until = Math.min(since + notBefore, lastDate);
  if (notBefore > 0 && at < until) return { kind: 'age', until };
  return window && !isInWindow ? { kind: 'window' } : undefined;
}

/** The last time that a Date can have in every time zone. */
const lastDate = 8.64e15 - 86_400_000;

/** True if the policy may hold an update back. */
export const mayHold = ({ notBefore, window }: HoldPolicy): boolean => notBefore > 0 || window !== undefined;

/** The facts for a guest that holds nothing back. */
export const noHold: HoldFacts = { at: 0, isInWindow: true, released: undefined };
