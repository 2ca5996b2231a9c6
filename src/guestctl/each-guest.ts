import { explain } from '../host/failure.ts';
import { fewAtATime } from '../host/few-at-a-time.ts';
import { tell } from '../host/tell.ts';

/**
 * Works on a few guests at the same time. A guest that fails keeps none of the others from it. Tells each failure; the last one is
 * thrown, as that of a single guest is.
 */
export async function eachGuest<T>(guests: readonly T[], work: (guest: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  await fewAtATime(guests, (guest) =>
    work(guest).catch((error: unknown) => {
      if (explain(error) === undefined) throw error;
      failures.push(error);
    }),
  );
  const last = failures.pop();
  for (const failure of failures) tell(explain(failure) ?? '');
  if (last !== undefined) throw last;
}
