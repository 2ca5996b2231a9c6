import type { Checksum } from '../ostree/names.ts';
import { stateFiles } from './state-files.ts';

/** The commit that a switch has asked for: a start deploys it although NotBefore= or SwitchWindowSec= holds it back. */
export interface Released {
  readonly checksum: Checksum;
  /** True if it also does without the lock of FleetLock=. */
  readonly withoutLock: boolean;
}

export const readReleased = (guest: string): Released | undefined => stateFiles.released.read(guest);

/** Keeps the word of a person that this commit does without the lock. */
export function release(guest: string, checksum: Checksum): void {
  const before = readReleased(guest);
  const withoutLock = before?.checksum === checksum && before.withoutLock;
  stateFiles.released.write(guest, { checksum, withoutLock });
}

export const releaseWithoutLock = (guest: string, checksum: Checksum): void =>
  stateFiles.released.write(guest, { checksum, withoutLock: true });

export const forgetReleased = (guest: string): void => stateFiles.released.remove(guest);
