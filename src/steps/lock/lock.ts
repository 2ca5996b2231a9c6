// What the other steps do about the lock of a guest: they say that it is needed or no longer needed, and start the service that
// talks to the server.

import { explainAny } from '../../host/failure.ts';
import { lockTimerUnit, lockUnit, startAnew, startUnit, stopUnit } from '../../host/systemctl.ts';
import { findLock, forgetLockWish, type LockWish, readLock, wishForLock } from '../../state/fleet-lock.ts';
import type { Report } from '../../state/report.ts';

/** Asks for the lock. Returns false if the server refuses, or does not answer in time. */
export async function getLock(guest: string, wish: LockWish, report: Pick<Report, 'warn'>): Promise<boolean> {
  wishForLock(guest, wish);
  // First: whatever ends this process, the timer goes on with the lock.
  await keepTrying(guest);
  await settle(guest, report);
  return readLock(guest)?.isHeld === true;
}

/** Says that the guest does not need the lock any more, and gives it back. The timer tries again if that fails. */
export async function dropLock(guest: string, report: Pick<Report, 'warn'>): Promise<void> {
  await cancelLock(guest);
  if (!mayHoldLock(guest)) return;
  await keepTrying(guest);
  await settle(guest, report);
}

/** Has the timer try again until there is no lock to give back. After a boot of the host it does not run. */
export const keepTrying = (guest: string): Promise<void> => startUnit(lockTimerUnit(guest));

/** Says that the guest does not need the lock any more. If the server may have given it, the timer gives it back. */
export async function cancelLock(guest: string): Promise<void> {
  forgetLockWish(guest);
  if (!mayHoldLock(guest)) await stopUnit(lockTimerUnit(guest));
}

/** True if the server may have given a lock to the guest. */
export const mayHoldLock = (guest: string): boolean => findLock(guest) !== undefined;

const settle = (guest: string, report: Pick<Report, 'warn'>): Promise<void> =>
  startAnew(lockUnit(guest)).catch((error: unknown) => report.warn(explainAny(error)));
