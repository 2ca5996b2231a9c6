import { existsSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { now } from '../host/clock.ts';
import { explain } from '../host/failure.ts';
import { writeEntry } from '../host/journal.ts';
import type { TellKilled } from '../machine/stopping.ts';
import { type Attempt, attemptFields, attemptLine } from '../state/attempts.ts';
import { appendLine, historyOf } from '../state/history.ts';
import { complain, type Report } from '../state/report.ts';
import { stateFile } from '../state/state-file.ts';
import { notify } from './notify.ts';

/** An attempt that has begun. `since` is when, in milliseconds since 1970. */
export type Begun = Omit<Attempt, 'guest' | 'seconds' | 'outcome' | 'message'> & { readonly since: number };

/**
 * Writes an attempt into the history of its guest and into the journal, and runs Notify=. Never fails: the attempt is done, even
 * if the disk is too full to record it.
 */
export async function record(
  guest: Guest,
  { since, ...attempt }: Begun & Pick<Attempt, 'outcome' | 'message'>,
): Promise<void> {
  const seconds = Math.max(0, Math.round((now() - since) / 100) / 10);
  const complete = { guest: guest.name, seconds, ...attempt };
  try {
    // A guest that could not be created has no state directory.
    if (existsSync(stateFile(guest.name, ''))) appendLine(historyOf(guest.name), attemptLine(complete));
  } catch (error) {
    complain(`Cannot add to the history of ${guest.name}: ${explain(error) ?? String(error)}`);
  }
  await Promise.all([writeEntry(attemptFields(complete)), notify(guest, complete)]);
}

/** Reports and records that the guest was killed by this attempt, because it did not stop in time. */
export const recordKilled =
  (guest: Guest, attempt: Begun, report: Report): TellKilled =>
  (message) => {
    report.step(message);
    return record(guest, { ...attempt, outcome: 'failed', message });
  };
