import type { Checksum } from '../ostree/names.ts';
import { stateFiles } from './state-files.ts';

/** The commit that was last rehearsed and found healthy. */
export interface Rehearsal {
  readonly checksum: Checksum;
}

export const readRehearsal = (guest: string): Rehearsal | undefined => stateFiles.rehearsed.read(guest);
export const writeRehearsal = (guest: string, rehearsal: Rehearsal): void =>
  stateFiles.rehearsed.write(guest, rehearsal);
