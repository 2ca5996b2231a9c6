import { readdirSync } from 'node:fs';
import { stateDirectory } from '../config/guest.ts';
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

/** Reads what was tried with a guest, or with all of them. What is older than their files is looked for in the journal. */
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
    attempts: [...older, ...attempts].sort((a, b) => a.time.getTime() - b.time.getTime()),
    damaged: files.flatMap(({ damaged }) => damaged),
  };
}

function readFile(guest: string): Past {
  // A file says what was done with its guest, and with no other.
  const { values, damaged } = readLines(historyOf(guest), (value) => {
    const attempt = parseLine(value);
    return attempt?.guest === guest ? attempt : undefined;
  });
  return { attempts: values, damaged };
}

/** Guests have had no files before. Nobody but root can have written what counts. */
async function readJournal(guest: string | undefined): Promise<PastAttempt[]> {
  const matches = [`MESSAGE_ID=${messageId}`, '_UID=0', ...(guest ? [`OSTREE_GUEST=${guest}`] : [])];
  const entries = await readEntries([...matches, `--lines=${mostOfJournal}`]);
  return entries.map(parseAttempt).filter((attempt) => attempt !== undefined);
}

const mostOfJournal = 5000;
