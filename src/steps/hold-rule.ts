// Decides whether a start may deploy what is staged. No side effects: read-hold.ts reads the facts.
import type { UpdatePolicy } from '../config/policy.ts';
import { byClockOf, type Uptime } from '../host/clock.ts';
import type { Checksum } from '../ostree/names.ts';
import type { Released } from '../state/released.ts';
import type { Staged } from '../state/staged.ts';

export type HoldPolicy = Pick<UpdatePolicy, 'notBefore' | 'window'> &
  Partial<Pick<UpdatePolicy, 'fleetLock' | 'rehearse'>>;

/** What holds updates back, except for the policy. */
export interface HoldFacts {
  /** In milliseconds since 1970. */
  readonly at: number;
  /** The same moment, for updates that were staged while the clock was wrong. */
  readonly uptime?: Uptime | undefined;
  /** True without SwitchWindowSec=. */
  readonly isInWindow: boolean;
  /** The commit that a switch has asked for. */
  readonly released: Released | undefined;
  /** The commit that was last rehearsed and found healthy. */
  readonly rehearsed?: Checksum | undefined;
  /** True without FleetLock=. */
  readonly holdsLock: boolean;
}

/** Why an update is not deployed yet. */
export type Hold =
  /** It has not been staged for long enough: NotBefore=. */
  | { readonly kind: 'age'; readonly until: number }
  /** It waits for the next maintenance window: SwitchWindowSec=. */
  | { readonly kind: 'window' }
  /** No rehearsal of it has succeeded: Rehearse=yes. */
  | { readonly kind: 'rehearsal' }
  /** It waits for a lock: FleetLock=. */
  | { readonly kind: 'lock' };

/** Returns undefined if the next start may deploy it. */
export function holdOf(
  staged: Pick<Staged, 'checksum' | 'time' | 'uptime'>,
  facts: HoldFacts,
  policy: HoldPolicy,
): Hold | undefined {
  const { checksum } = staged;
  const timed = checksum === facts.released?.checksum ? undefined : timeOf(staged, facts, policy);
  if (timed) return timed;
  if (needsRehearsal(checksum, facts, policy)) return { kind: 'rehearsal' };
  return needsLock(checksum, facts, policy) && !facts.holdsLock ? { kind: 'lock' } : undefined;
}

/** True if an update must be rehearsed before a start deploys it, whoever asks for it. */
export const needsRehearsal = (
  checksum: string,
  { rehearsed }: Pick<HoldFacts, 'rehearsed'>,
  { rehearse = false }: Pick<HoldPolicy, 'rehearse'>,
): boolean => rehearse && rehearsed !== checksum;

/** True if a guest may go down for this update only with a lock. */
export const needsLock = (
  checksum: string,
  { released }: Pick<HoldFacts, 'released'>,
  { fleetLock }: Pick<HoldPolicy, 'fleetLock'>,
): boolean => fleetLock !== undefined && !(checksum === released?.checksum && released.withoutLock);

/** Returns the time that an update waits for. */
function timeOf(
  { time, uptime: stagedAt }: Pick<Staged, 'time' | 'uptime'>,
  { at, uptime, isInWindow }: HoldFacts,
  { notBefore, window }: HoldPolicy,
): Hold | undefined {
  // If the clock was ahead in an earlier boot of the host, it waits until the next update has corrected that.
  const since = byClockOf({ time: at, uptime }, { time, uptime: stagedAt });
  const until = Math.min(since + notBefore, lastDate);
  if (notBefore > 0 && at < until) return { kind: 'age', until };
  return window && !isInWindow ? { kind: 'window' } : undefined;
}

/** The last time that a Date can have in every time zone. */
const lastDate = 8.64e15 - 86_400_000;

/** True if the policy may hold an update back for a time. */
export const mayHold = ({ notBefore, window }: Pick<HoldPolicy, 'notBefore' | 'window'>): boolean =>
  notBefore > 0 || window !== undefined;

/** True if an update may have to wait for anything: its time, a rehearsal or a lock. */
export const mayWait = (policy: HoldPolicy): boolean =>
  mayHold(policy) || policy.rehearse === true || policy.fleetLock !== undefined;

/** The facts for a guest that holds nothing back. */
export const noHold: HoldFacts = { at: 0, isInWindow: true, released: undefined, holdsLock: true };
