import type { Guest } from '../config/guest.ts';
import { writeEntry } from '../machine/journal.ts';
import { type Attempt, attemptFields } from './history.ts';

/** Writes an attempt into the history, which is the journal: whoever reads that of the unit sees it, too. `since` is when it began, in milliseconds since 1970. */
export async function record(
  guest: Guest,
  { since, ...attempt }: Omit<Attempt, 'guest' | 'seconds'> & { readonly since: number },
): Promise<void> {
  const seconds = Math.round((Date.now() - since) / 100) / 10;
  await writeEntry(attemptFields({ guest: guest.name, seconds, ...attempt }));
}
