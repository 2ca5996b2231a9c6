import { readJson, removeFile, stateFile, writeJson } from './state-file.ts';

/** The deployment that somebody asked for, to be made the default at the guest's next start. */
export interface Rollback {
  /** CHECKSUM.SERIAL */
  readonly deployment: string;
  /** Whether the snapshot of /var that belongs to it is put back, too. */
  readonly var: boolean;
  /** When it was asked for, in milliseconds since 1970. */
  readonly time: number;
}

const fileOf = (guest: string): string => stateFile(guest, 'rollback.json');

export const readRollback = (guest: string): Rollback | undefined => readJson(fileOf(guest));
export const writeRollback = (guest: string, rollback: Rollback): void => writeJson(fileOf(guest), rollback);
export const dropRollback = (guest: string): void => removeFile(fileOf(guest));
