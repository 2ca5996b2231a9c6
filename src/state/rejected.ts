import { mkdirSync } from 'node:fs';
import { listJson, readJson, removeFile, stateFile, writeJson } from './files.ts';

/** Why a commit is not to be staged again. One file for each commit, so that nobody needs a lock. */
export interface Rejection {
  readonly checksum: string;
  readonly reason: string;
  /** In milliseconds since 1970. */
  readonly time: number;
}

const directoryOf = (guest: string): string => stateFile(guest, 'rejected');
const fileOf = (guest: string, checksum: string): string => `${directoryOf(guest)}/${checksum}.json`;

export const readRejection = (guest: string, checksum: string): Rejection | undefined =>
  readJson(fileOf(guest, checksum));

export function reject(guest: string, checksum: string, reason: string): void {
  mkdirSync(directoryOf(guest), { recursive: true });
  writeJson(fileOf(guest, checksum), { checksum, reason, time: Date.now() } satisfies Rejection);
}

export function rejectedCommits(guest: string): Rejection[] {
  return listJson(directoryOf(guest))
    .map((name) => readRejection(guest, name.slice(0, -'.json'.length)))
    .filter((rejection) => rejection !== undefined);
}

export const forgive = (guest: string, checksum: string): void => removeFile(fileOf(guest, checksum));
