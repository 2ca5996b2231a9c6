import { isThere } from '../host/node-files.ts';
import { isMarked, markerFile, writeMarker } from './markers.ts';

// Two facts of a guest without a user namespace. They hold as long as its repository exists, whatever its file says later: only
// `guestctl remove` deletes them. A guest with either of them shares files with nobody: src/trees/linking/shares.ts.

/** Exists if every file of the guest is its own, and none a hard link to one of another guest. src/steps/boot/power-on looks for it, too. */
const unsharedFile = (guest: string): string => markerFile(guest, 'unshared.json');

/** Exists if root in the guest may have written to its repository, so that nobody may trust the repository. */
export const unconfinedFile = (guest: string): string => markerFile(guest, 'unconfined.json');

export const unsharedNotes = (guest: string): string[] => [unsharedFile(guest), unconfinedFile(guest)];

export const isUnshared = (guest: string): boolean => isMarked(guest, 'unshared.json');
export const wasUnconfined = (guest: string): boolean => unsharedNotes(guest).some(isThere);

export const noteUnshared = (guest: string): void => note(unsharedFile(guest));
export const noteUnconfined = (guest: string): void => note(unconfinedFile(guest));

/** A no-op if the note exists. */
export function note(file: string): void {
  if (!isThere(file)) writeMarker(file);
}
