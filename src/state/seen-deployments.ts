import { readJson, stateFile, writeJson } from './state-file.ts';

const fileOf = (guest: string): string => stateFile(guest, 'seen.json');

/** The deployments that were in the boot list when the guest was last started: CHECKSUM.SERIAL. */
export const readSeen = (guest: string): readonly string[] | undefined => readJson(fileOf(guest));
export const writeSeen = (guest: string, names: readonly string[]): void => writeJson(fileOf(guest), names);
