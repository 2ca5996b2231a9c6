// What is to be done about a lock at a FleetLock server. No side effects: settle-lock.ts acts.

import type { FleetLock } from '../../config/policy.ts';
import type { Checksum } from '../../ostree/names.ts';
import type { Lock, LockWish } from '../../state/fleet-lock.ts';

/** What is known when the service for the lock runs. */
export interface LockState {
  /** FleetLock= as the guest file has it now. */
  readonly declared: FleetLock | undefined;
  readonly wish: LockWish | undefined;
  /** What the server may have given to the guest. */
  readonly lock: Lock | undefined;
  /** The client ID of the guest as it is now. */
  readonly id: string;
}

export type LockDecision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'ask'; readonly server: FleetLock; readonly wish: LockWish }
  | { readonly kind: 'giveBack'; readonly lock: Lock };

/**
 * Decides what the service asks of a server. A lock is given back where it was taken, whatever the guest file says by then. While
 * it is needed, a lock that is held stays where it is.
 */
export function decide({ declared, wish, lock, id }: LockState): LockDecision {
  const server = wish && declared;
  if (!server) return lock ? { kind: 'giveBack', lock } : { kind: 'nothing' };
  if (lock?.isHeld) return { kind: 'nothing' };
  // The answer of another server, or to another name of the guest, was lost. The lock may have been given.
  if (lock && (lock.url !== server.url || lock.group !== server.group || lock.id !== id))
    return { kind: 'giveBack', lock };
  return { kind: 'ask', server, wish };
}

/** True if a guest still needs its lock after a deployment was blessed: a switch to a later update has taken it over. */
export const isTakenOver = (wish: LockWish | undefined, blessed: Checksum): boolean =>
  wish !== undefined && wish.checksum !== blessed;

/** What is known of a guest that no switch is working on. */
export interface Idle {
  readonly isWanted: boolean;
  /** True if the server may have given a lock to the guest. */
  readonly mayHold: boolean;
  readonly machine: 'running' | 'stopped' | 'changing';
  readonly isOnTrial: boolean;
}

/**
 * Decides what becomes of a lock if no switch goes on. `judge`: the guest gives it back if it is found healthy. A guest that is down
 * keeps its lock, and so does one whose update is on trial.
 */
export function whenIdle({ isWanted, mayHold, machine, isOnTrial }: Idle): 'keep' | 'judge' | 'giveBack' {
  if (machine === 'changing') return 'keep';
  if (!isWanted || !mayHold) return 'giveBack';
  return machine === 'stopped' || isOnTrial ? 'keep' : 'judge';
}
