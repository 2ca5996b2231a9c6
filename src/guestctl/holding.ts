// What holds a staged update back, for overviews.
import type { Guest } from '../config/guest.ts';
import type { MaintenanceWindow } from '../config/policy.ts';
import { now, uptime } from '../host/clock.ts';
import { fewAtATime } from '../host/few-at-a-time.ts';
import { remembered } from '../host/remembered.ts';
import { findLock, type LockRefusal, readLockRefusal } from '../state/fleet-lock.ts';
import { readReleased } from '../state/released.ts';
import type { Staged } from '../state/staged.ts';
import { unlessDamaged } from '../state/state-file.ts';
import { holdOf, mayWait, needsLock } from '../steps/hold-rule.ts';
import { isWindowOpen, waitsForRehearsal } from '../steps/read-hold.ts';

/** When the staged update is applied, if not at any start. */
export interface Holding {
  /** Undefined once that has passed: NotBefore=. */
  readonly from: Date | undefined;
  /** SwitchWindowSec= */
  readonly isOnlyInWindow: boolean;
  /** True if no rehearsal of it has succeeded: Rehearse=yes. */
  readonly isUnrehearsed?: boolean;
  /** Why there is no lock, if there is none: FleetLock=. It is asked for again before the guest goes down. */
  readonly lock?: LockRefusal | undefined;
}

/** Reads what holds a staged update back, as if no maintenance window were open: withoutOpenWindows(). */
export function holdingOf(guest: Guest, staged: Staged): Holding | undefined {
  const { name, update } = guest;
  if (!mayWait(update)) return undefined;
  const released = unlessDamaged(() => readReleased(name));
  const facts = { at: now(), uptime: uptime(), isInWindow: false, released, holdsLock: true };
  const { notBefore, window } = update;
  const hold = holdOf(staged, facts, { notBefore, window });
  const isUnrehearsed = waitsForRehearsal(guest, staged.checksum);
  const from = hold?.kind === 'age' ? new Date(hold.until) : undefined;
  const lock = needsLock(staged.checksum, { released }, update) ? refusalOf(name, staged) : undefined;
  if (!hold && !lock && !isUnrehearsed) return undefined;
  return { from, isOnlyInWindow: hold !== undefined && window !== undefined, isUnrehearsed, lock };
}

/** Returns why there is no lock. Before the first answer, and once there is one, nobody knows that the update waits for it. */
function refusalOf(name: string, { checksum }: Staged): LockRefusal | undefined {
  const refusal = unlessDamaged(() => readLockRefusal(name));
  const isHeld = findLock(name)?.isHeld === true;
  return refusal?.checksum === checksum && !isHeld ? refusal : undefined;
}

interface Held {
  readonly guest: Guest;
  readonly hold: Holding | undefined;
}

/** Lets go of the updates that wait only for a window that is open now. Asks systemd once about each window that is waited for. */
export async function withoutOpenWindows<T extends Held>(found: readonly T[]): Promise<T[]> {
  // `guestctl verify` tells what is wrong with an expression.
  const isOpen = remembered((window: MaintenanceWindow) => isWindowOpen(window, now(), () => undefined));
  return fewAtATime(found, async (one) => {
    const { window } = one.guest.update;
    const waitsForWindow = one.hold && !one.hold.from && window;
    return waitsForWindow && (await isOpen(window)) ? { ...one, hold: inWindow(one.hold) } : one;
  });
}

/** In its window, an update may still wait for its rehearsal or a lock. */
const inWindow = ({ lock, isUnrehearsed = false }: Holding): Holding | undefined =>
  lock || isUnrehearsed ? { from: undefined, isOnlyInWindow: false, isUnrehearsed, lock } : undefined;
