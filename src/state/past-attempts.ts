import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { stateDirectory } from '../config/paths.ts';
import { readEntries } from '../host/journal.ts';
import { unlessMissing } from '../host/node-files.ts';
import { messageId, type PastAttempt, parseAttempt, parseLine } from './attempts.ts';
import { historyOf, readLines } from './history.ts';

export interface Past {
  /** The newest last. */
  readonly attempts: readonly PastAttempt[];
  /** Lines of files that could not be read, as FILE:LINE. */
  readonly damaged: readonly string[];
}

/** Reads the history of a guest, or of all guests. Attempts before the first file are read from the journal. */
export async function readPast(guest: string | undefined): Promise<Past> {
  const names = guest === undefined ? (unlessMissing(() => readdirSync(stateDirectory)) ?? []) : [guest];
  const files = names.map(readFile);
  const attempts = files.flatMap((file) => file.attempts);
  const begins = new Map<string, Date>();
  for (const { guest, time } of attempts) {
    const first = begins.get(guest);
    if (!first || time < first) begins.set(guest, time);
  }
  const older = (await readJournal(guest)).filter(({ guest, time }) => {
    const begin = begins.get(guest);
    return !begin || time < begin;
  });
  return {
    attempts: merged([...older, ...attempts]),
    damaged: files.flatMap(({ damaged }) => damaged),
  };
}

/**
 * Merges the attempts of all guests by the clock that the host had. Keeps the order in which those of one guest were written,
 * because the clock may have been set back in between.
 */
export function merged(attempts: readonly PastAttempt[]): PastAttempt[] {
  const newest = new Map<string, number>();
  const placed = attempts.map((attempt) => {
    const at = Math.max(newest.get(attempt.guest) ?? 0, attempt.time.getTime());
    newest.set(attempt.guest, at);
    return { attempt, at };
  });
  return placed.sort((a, b) => a.at - b.at).map(({ attempt }) => attempt);
}

function readFile(guest: string): Past {
  const { values, damaged } = readLines(historyOf(guest), (value) => {
    const attempt = parseLine(value);
    // The guest may have had another name then.
    return attempt && { ...attempt, guest };
  });
  return { attempts: values, damaged };
}

/** Returns the last attempt in the files of a guest. */
export const lastAttempt = (guest: string): PastAttempt | undefined => readFile(guest).attempts.at(-1);

/** Returns the attempts that the files of a guest have got since `last` was the last one. */
export function attemptsSince(guest: string, last: PastAttempt | undefined): readonly PastAttempt[] {
  const { attempts } = readFile(guest);
  return attempts.slice(attempts.findLastIndex((one) => isDeepStrictEqual(one, last)) + 1);
}

/** Returns the last attempt in the files of a guest to create or update it. */
export const lastUpdate = (guest: string): PastAttempt | undefined =>
  readFile(guest).attempts.findLast(({ action }) => action === 'create' || action === 'update');

/** Returns the commit that a guest was last found healthy with, was created with, or went back to. */
export const lastHealthyCommit = (guest: string): string | undefined =>
  readFile(guest).attempts.findLast(
    ({ action, outcome }) => outcome === 'blessed' || (outcome === 'done' && action !== 'rehearse'),
  )?.to;

/** Reads attempts from before there were files. Only entries of root count. */
async function readJournal(guest: string | undefined): Promise<PastAttempt[]> {
  const matches = [`MESSAGE_ID=${messageId}`, '_UID=0', ...(guest ? [`OSTREE_GUEST=${guest}`] : [])];
  const entries = await readEntries([...matches, `--lines=${mostOfJournal}`]);
  return entries.map(parseAttempt).filter((attempt) => attempt !== undefined);
}

const mostOfJournal = 5000;
