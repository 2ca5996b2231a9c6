import type { Guest } from '../config/guest.ts';
import { sha256 } from '../host/digest.ts';
import { codeOf } from '../host/failure.ts';
import { stateFiles } from './state-files.ts';

/** The declaration of the tree that the last successful update followed, as a digest. */
export interface Followed {
  readonly tree: string;
}

/** Returns true if an update has yet to follow what the guest file says of the tree. False if no update has recorded it. */
export function isUnfollowed(guest: Guest, followed: Followed | undefined): boolean {
  return followed !== undefined && followed.tree !== treeOf(guest);
}

/** Records the declaration. On a full disk the guest is merely shown as not updated yet. */
export function follow(guest: Guest): void {
  const tree = treeOf(guest);
  try {
    if (stateFiles.followed.read(guest.name)?.tree !== tree) stateFiles.followed.write(guest.name, { tree });
  } catch (error) {
    if (codeOf(error) !== 'ENOSPC') throw error;
  }
}

/** Returns a digest of all that decides which tree an update makes. It hides passwords of URLs. */
export const treeOf = ({ origin, packages, update }: Pick<Guest, 'origin' | 'packages' | 'update'>): string =>
  sha256(JSON.stringify([origin, packages, update.by]));
