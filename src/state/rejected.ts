import { mkdirSync } from 'node:fs';
import { listJson, readJson, removeFile, stateFile, writeJson } from './state-file.ts';

/** Why a commit is not to be staged again. One file for each commit, so that nobody needs a lock. */
export interface Rejection {
  readonly checksum: string;
  readonly reason: string;
  /** What it has in common with commits of the same content: rpm-ostree-result.ts. */
  readonly content?: string;
  /** In milliseconds since 1970. */
  readonly time: number;
}

const directoryOf = (guest: string): string => stateFile(guest, 'rejected');
const fileOf = (guest: string, checksum: string): string => `${directoryOf(guest)}/${checksum}.json`;

export const readRejection = (guest: string, checksum: string): Rejection | undefined =>
  readJson(fileOf(guest, checksum));

export function reject(guest: string, checksum: string, reason: string): void {
  mkdirSync(directoryOf(guest), { recursive: true });
  const before = readRejection(guest, checksum);
  const rejection: Rejection = { ...before, checksum, reason, time: Date.now() };
  writeJson(fileOf(guest, checksum), rejection);
}

/** Adds what a rejected commit consists of; a no-op where it is not rejected, or that is known. */
export function noteContent(guest: string, checksum: string, content: string): void {
  const rejection = readRejection(guest, checksum);
  if (rejection && rejection.content !== content)
    writeJson(fileOf(guest, checksum), { ...rejection, content });
}

export function rejectedCommits(guest: string): Rejection[] {
  return listJson(directoryOf(guest))
    .map((name) => readRejection(guest, name.slice(0, -'.json'.length)))
    .filter((rejection) => rejection !== undefined);
}

export const forgive = (guest: string, checksum: string): void => removeFile(fileOf(guest, checksum));
