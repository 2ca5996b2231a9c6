import { lockUnit, resetFailed, startAnew } from '../host/systemctl.ts';
import { tell } from '../host/tell.ts';
import { findLock, forgetLockWish, type Lock } from '../state/fleet-lock.ts';
import { addressOf, lockBody, lockHeaders } from '../steps/lock/protocol.ts';

/** Gives back the lock of a guest that is removed. If that fails, says how to do it by hand: nobody does it later. */
export async function giveUpLock(guest: string): Promise<void> {
  forgetLockWish(guest);
  if (!findLock(guest)) return;
  // A unit that has failed stays listed, also without the guest.
  await startAnew(lockUnit(guest)).catch(() => resetFailed(lockUnit(guest)));
  const lock = findLock(guest);
  if (!lock) return;
  tell(`warning: ${guest} could not give back its lock: ${lock.fault ?? 'see its journal'}. Do it by hand:`);
  tell(`  ${byHand(lock)}`);
}

function byHand(lock: Lock): string {
  const headers = Object.entries(lockHeaders).map(([name, value]) => `-H '${name}: ${value}'`);
  return `curl ${headers.join(' ')} -d '${lockBody(lock.id, lock.group)}' ${addressOf(lock, 'giveBack')}`;
}

/** Says that a guest that was stopped keeps its lock. */
export const keepsLockWords = (guest: string, { group, url }: Lock): string =>
  `${guest} keeps its lock (group ${group} at ${url}) until it is healthy again: guestctl start ${guest}`;
