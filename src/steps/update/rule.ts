// Decides what an update does with an offer. No side effects: update.ts and stage.ts act.
import type { UpdatePolicy } from '../../config/policy.ts';
import { byClockOf, type Moment } from '../../host/clock.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { Rejection } from '../../state/rejected.ts';
import type { Rollback } from '../../state/rollback-request.ts';
import type { Staged } from '../../state/staged.ts';
import type { Undeployed } from '../../state/undeployed.ts';
import { type Hold, type HoldPolicy, mayWait } from '../hold-rule.ts';

/** The state of a guest before an update. */
export interface UpdateState {
  /** The boot list, the default first. Empty if the guest was never created. */
  readonly deployments: readonly Pick<Deployment, 'checksum'>[];
  readonly staged: Staged | undefined;
  readonly rollback: Rollback | undefined;
  /** The offered commit. Undefined if only fetching can tell. */
  readonly offered: string | undefined;
  /** True if the guest's repository has that commit with all its objects. */
  readonly isWhole: boolean;
  /** Why that commit was rejected. */
  readonly rejection: Rejection | undefined;
}

type Policy = Pick<UpdatePolicy, 'action' | 'rehearse'>;

/** Decisions that need no fetch. */
export type WithoutFetch =
  /** Deploys what an interrupted run had staged. */
  | { readonly kind: 'create' }
  /** Fetches nothing: the next start boots it anyway. If the source went back to the deployed commit, nothing stays staged. */
  | { readonly kind: 'leave'; readonly unstages: boolean }
  /** Fetches nothing: it failed before. */
  | { readonly kind: 'leaveRejected'; readonly rejection: Rejection };

/** What an update does with an offer. */
export type OnOffer =
  | WithoutFetch
  /** Reports the offer. */
  | { readonly kind: 'announce' }
  | { readonly kind: 'fetch' };

/** What an update does with a fetched commit. */
export type OnFetched =
  | WithoutFetch
  /** Does not stage it: the policy goes no further, or a rollback comes first. */
  | { readonly kind: 'keepFetched'; readonly because: 'policy' | 'rollback' }
  | { readonly kind: 'stage'; readonly rehearses: boolean; readonly creates: boolean };

export function onOffer(state: UpdateState, { action }: Policy): OnOffer {
  return settled(state) ?? { kind: action === 'check' && !isNew(state) ? 'announce' : 'fetch' };
}

/** Decides again, because the commit may be known only after the fetch. */
export function onFetched(state: UpdateState, { action, rehearse }: Policy): OnFetched {
  const known = settled(state);
  if (known) return known;
  const creates = isNew(state);
  if (action === 'fetch' && !creates) return { kind: 'keepFetched', because: 'policy' };
  if (state.rollback) return { kind: 'keepFetched', because: 'rollback' };
  // With Action=switch the rehearsal is part of the switch.
  return { kind: 'stage', rehearses: rehearse && action === 'stage' && !creates, creates };
}

/** True if an existing guest must support rehearsals. */
export const mustSupportRehearsals = (
  { deployments }: Pick<UpdateState, 'deployments'>,
  { action, rehearse }: Policy,
): boolean => deployments.length > 0 && rehearse && (action === 'stage' || action === 'switch');

function settled(state: UpdateState): WithoutFetch | undefined {
  const { deployments, staged, offered, isWhole, rejection } = state;
  if (offered === undefined) return undefined;
  if (deployments[0]?.checksum === offered) return { kind: 'leave', unstages: true };
  // A staged commit that lost objects is fetched again.
  if (staged?.checksum === offered && isWhole)
    return isNew(state) ? { kind: 'create' } : { kind: 'leave', unstages: false };
  return rejection && { kind: 'leaveRejected', rejection };
}

/**
 * True if the next update has nothing to do if the source still offers the same: the guest boots that, or its next start does. A
 * held update is not left alone: its rehearsal may be repeated, and its time corrected.
 */
export function isSettled(state: UpdateState, policy: Policy & HoldPolicy): boolean {
  if (state.rollback || settled(state)?.kind !== 'leave') return false;
  const stays = policy.action === 'stage' && !mayWait(policy);
  return !state.staged || (state.staged.checksum === state.offered && stays);
}

const isNew = ({ deployments }: UpdateState): boolean => deployments.length === 0;

/** How the staged update takes effect. */
export type UpdateEffect =
  /** Nothing is staged. */
  | { readonly kind: 'upToDate' }
  /** The last start could not deploy it. */
  | { readonly kind: 'failedBefore'; readonly undeployed: Undeployed; readonly by: 'reboot' | 'start' }
  /** A start deploys it only later. */
  | { readonly kind: 'held'; readonly hold: Hold }
  | { readonly kind: 'nextStart'; readonly by: 'reboot' | 'start' };

export function effectOf(
  staged: Staged | undefined,
  undeployed: Undeployed | undefined,
  hold: Hold | undefined,
  isRunning: boolean,
): UpdateEffect {
  if (!staged) return { kind: 'upToDate' };
  if (hold) return { kind: 'held', hold };
  const by = isRunning ? 'reboot' : 'start';
  return undeployed ? { kind: 'failedBefore', undeployed, by } : { kind: 'nextStart', by };
}

/**
 * Returns since when a commit is staged: a commit that is fetched again has not become newer. A time in the future counts from now
 * on, because the clock was wrong. So does one that was wrong in this boot of the host, ahead or behind.
 */
export function stagedSince(staged: Staged | undefined, checksum: string, now: Required<Moment>): Moment {
  if (staged?.checksum !== checksum) return now;
  const { uptime } = staged;
  return { time: Math.min(byClockOf(now, staged), now.time), ...(uptime && { uptime }) };
}
