// Facts that only need the name of a file: it exists or it does not.

import { writeAtomically } from '../host/atomic-file.ts';
import { wallClock } from '../host/clock.ts';
import { isThere } from '../host/node-files.ts';
import { removeFile, stateFile } from './state-file.ts';

/** Each file, and what its existence means. */
export const markers = {
  'cleaning.json': 'a clean-up is going on',
  'unconfined.json': 'root in the guest may have written to its repository, so that nobody believes that',
  'unshared.json': 'no file of the guest is a hard link to one of another guest',
} as const;

export const markerFile = (guest: string, marker: keyof typeof markers): string => stateFile(guest, marker);

export const isMarked = (guest: string, marker: keyof typeof markers): boolean =>
  isThere(markerFile(guest, marker));

export const mark = (guest: string, marker: keyof typeof markers): void =>
  writeMarker(markerFile(guest, marker));

/** Writes since when it is so, for people. */
export const writeMarker = (file: string): void =>
  writeAtomically(file, `${JSON.stringify({ since: wallClock() })}\n`);

export const unmark = (guest: string, marker: keyof typeof markers): void =>
  removeFile(markerFile(guest, marker));
