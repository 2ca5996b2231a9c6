import { statSync } from 'node:fs';
import { wallClock } from '../host/clock.ts';
import { type Checksum, isChecksum } from '../ostree/names.ts';
import { stateFiles } from './state-files.ts';

/** Why a commit is not staged again. One file for each commit, so that no lock is needed. */
export interface Rejection {
  readonly checksum: Checksum;
  readonly reason: string;
  /** Identifies commits with the same content: contentOf() in steps/update/inside-rule.ts. */
  readonly content?: string | undefined;
  /** In milliseconds since 1970. */
  readonly time: number;
}

/** A commit stays rejected if its file is damaged: the name of the file says which it is. */
export function readRejection(guest: string, checksum: Checksum): Rejection | undefined {
  const rejection = stateFiles.rejected.read(guest, checksum);
  if (rejection) return rejection;
  const file = stateFiles.rejected.path(guest, checksum);
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat && { checksum, reason: `why is not known, because ${file} is damaged`, time: stat.mtimeMs };
}

export function reject(guest: string, checksum: Checksum, reason: string): void {
  const before = readRejection(guest, checksum);
  stateFiles.rejected.write(guest, { ...before, checksum, reason, time: wallClock() }, checksum);
}

/** Adds the content to a rejection. A no-op if the commit is not rejected, or the content is known. */
export function noteContent(guest: string, checksum: Checksum, content: string): void {
  const rejection = readRejection(guest, checksum);
  if (rejection && rejection.content !== content)
    stateFiles.rejected.write(guest, { ...rejection, content }, checksum);
}

export const rejectedCommits = (guest: string): Rejection[] =>
  stateFiles.rejected
    .entries(guest)
    .filter(isChecksum)
    .map((checksum) => readRejection(guest, checksum))
    .filter((rejection) => rejection !== undefined);

/** Says that an update skips a commit, why and since when, and what to do. */
export function skippedWords(guest: string, name: string, { reason, time }: Rejection): string {
  const since = `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `${name} failed before: ${reason}. It has been rejected since ${since}: updates skip it until the source offers another one. To try it again: guestctl forgive ${guest}`;
}

export const forgive = (guest: string, checksum: Checksum): void =>
  stateFiles.rejected.remove(guest, checksum);
