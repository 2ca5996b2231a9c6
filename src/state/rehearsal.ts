import { readJson, stateFile, writeJson } from './state-file.ts';

/** The commit that was last rehearsed and found healthy. */
export interface Rehearsal {
  readonly checksum: string;
}

const fileOf = (guest: string): string => stateFile(guest, 'rehearsed.json');

export const readRehearsal = (guest: string): Rehearsal | undefined => readJson(fileOf(guest));
export const writeRehearsal = (guest: string, rehearsal: Rehearsal): void =>
  writeJson(fileOf(guest), rehearsal);
