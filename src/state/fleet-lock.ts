// The lock that a guest takes at a FleetLock server before it goes down for an update. What is wanted and what may be held are two
// facts: only ostree-guest-lock@NAME.service talks to the server, and brings the second in line with the first.

import type { FleetLock } from '../config/policy.ts';
import type { Checksum } from '../ostree/names.ts';
import type { Trigger } from './attempts.ts';
import { unlessDamaged } from './state-file.ts';
import { stateFiles } from './state-files.ts';

/** The lock is needed: the guest is to go down for this commit, or has gone down for it and is not healthy again. */
export interface LockWish {
  readonly checksum: Checksum;
  /** What asked for it. A start does not wait for the lock; a switch is tried again. */
  readonly trigger: Trigger;
}

/** A lock that the server may have given to the guest. Written before the server is asked. */
export interface Lock extends FleetLock {
  /** The client ID that it was asked for with. It stays after the guest was renamed. */
  readonly id: string;
  /** True once the server has said so. */
  readonly isHeld: boolean;
  /** When it was asked for, in milliseconds since 1970. */
  readonly since: number;
  /** Why it could not be given back. */
  readonly fault: string | undefined;
}

/** The last answer of the server, if it was no. */
export interface LockRefusal {
  readonly checksum: Checksum;
  /** `full`: all locks are taken. `mistake`: what was asked is wrong. `trouble`: the server does not work, or does not answer. */
  readonly kind: 'full' | 'mistake' | 'trouble';
  readonly reason: string;
  /** When it was first said, in milliseconds since 1970. */
  readonly since: number;
}

export const readLockWish = (guest: string): LockWish | undefined => stateFiles.lockWish.read(guest);
export const wishForLock = (guest: string, wish: LockWish): void => stateFiles.lockWish.write(guest, wish);
export const forgetLockWish = (guest: string): void => stateFiles.lockWish.remove(guest);

export const readLock = (guest: string): Lock | undefined => stateFiles.lock.read(guest);
/** Returns undefined also if the file is damaged. */
export const findLock = (guest: string): Lock | undefined => unlessDamaged(() => readLock(guest));
export const writeLock = (guest: string, lock: Lock): void => stateFiles.lock.write(guest, lock);
export const forgetLock = (guest: string): void => stateFiles.lock.remove(guest);

export const readLockRefusal = (guest: string): LockRefusal | undefined => stateFiles.lockRefusal.read(guest);
export const writeLockRefusal = (guest: string, refusal: LockRefusal): void =>
  stateFiles.lockRefusal.write(guest, refusal);
export const forgetLockRefusal = (guest: string): void => stateFiles.lockRefusal.remove(guest);

/** True if a switch waits for the lock, which is asked for again and again. */
export function isWaitingForLock(guest: string): boolean {
  const wish = readLockWish(guest);
  return wish !== undefined && wish.trigger !== 'start' && readLock(guest)?.isHeld !== true;
}
