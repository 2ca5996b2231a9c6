import { statSync, utimesSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { sha256 } from '../host/digest.ts';
import { codeOf } from '../host/failure.ts';
import { DamagedState, unlessDamaged } from './state-file.ts';
import { followedFile } from './state-files.ts';

/** The declaration of the tree that the last successful update followed, as a digest. */
export interface Followed {
  readonly tree: string;
  /** A digest of what the declaration names: src/trees/named-files.ts. Undefined if it names nothing, or is not known. */
  readonly named?: string | undefined;
}

/** Returns undefined if no update has recorded it. */
export const readFollowed = (guest: string): Followed | undefined =>
  unlessDamaged(() => followedFile.read(guest));

/** Returns when that update began, in milliseconds since 1970. */
export const followedSince = (guest: string): number | undefined =>
  statSync(followedFile.path(guest), { throwIfNoEntry: false })?.mtimeMs;

/** Records the declaration. If that is impossible, the guest is merely shown as not updated yet. */
export function follow(guest: Guest, named: string | undefined): void {
  const now = { tree: treeOf(guest), named };
  try {
    const before = readFollowed(guest.name);
    if (before?.tree === now.tree && before.named === now.named) return;
    followedFile.write(guest.name, now);
    // What changed while the update ran was not followed.
    const began = performance.timeOrigin / 1000;
    utimesSync(followedFile.path(guest.name), began, began);
  } catch (error) {
    if (codeOf(error) !== 'ENOSPC' && !(error instanceof DamagedState)) throw error;
  }
}

/** Returns a digest of all that decides which tree an update makes. It hides passwords of URLs. */
export const treeOf = ({ origin, packages, update }: Pick<Guest, 'origin' | 'packages' | 'update'>): string =>
  sha256(JSON.stringify([origin, packages, update.by]));
