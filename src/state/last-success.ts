import { statSync } from 'node:fs';
import { codeOf } from '../host/failure.ts';
import { writeFile } from '../host/write-file.ts';
import { stateFile } from './state-file.ts';

/** An empty file: its time of change is that of the last update that succeeded. src/steps/update/ask-first writes it, too. */
const markOf = (guest: string): string => stateFile(guest, 'updated');

/** Notes that an update has succeeded, also if it found nothing new. An update does not fail because a disk is full here. */
export function noteSuccess(guest: string): void {
  try {
    writeFile(markOf(guest), '');
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  }
}

/** Returns when the last update succeeded; undefined if none has. */
export const lastSuccess = (guest: string): Date | undefined =>
  statSync(markOf(guest), { throwIfNoEntry: false })?.mtime;
