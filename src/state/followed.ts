import { statSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { sha256 } from '../host/digest.ts';
import { codeOf } from '../host/failure.ts';
import { DamagedState, unlessDamaged } from './state-file.ts';
import { followedFile } from './state-files.ts';

/** The declaration of the tree that the last successful update followed, as a digest. */
export interface Followed {
  readonly tree: string;
}

/** Returns undefined if no update has recorded it. */
export const readFollowed = (guest: string): Followed | undefined =>
  unlessDamaged(() => followedFile.read(guest));

/** Returns when it was recorded, in milliseconds since 1970. */
export const followedSince = (guest: string): number | undefined =>
  statSync(followedFile.path(guest), { throwIfNoEntry: false })?.mtimeMs;

/** Records the declaration. If that is impossible, the guest is merely shown as not updated yet. */
export function follow(guest: Guest): void {
  const tree = treeOf(guest);
  try {
    if (readFollowed(guest.name)?.tree !== tree) followedFile.write(guest.name, { tree });
  } catch (error) {
    if (codeOf(error) !== 'ENOSPC' && !(error instanceof DamagedState)) throw error;
  }
}

/** Returns a digest of all that decides which tree an update makes. It hides passwords of URLs. */
export const treeOf = ({ origin, packages, update }: Pick<Guest, 'origin' | 'packages' | 'update'>): string =>
  sha256(JSON.stringify([origin, packages, update.by]));
