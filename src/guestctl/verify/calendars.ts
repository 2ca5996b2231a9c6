import type { Guest } from '../../config/guest.ts';
import type { Problem } from '../../config/problem.ts';
import { fewAtATime } from '../../host/few-at-a-time.ts';
import { run } from '../../host/process.ts';

/** Returns the problems of each guest's calendar expressions, in the same order: systemd.time(7). */
export async function verifyCalendars(guests: readonly (Guest | undefined)[]): Promise<Problem[][]> {
  const settings = guests.map((guest) =>
    ['OnCalendar', 'SwitchOnCalendar'].flatMap((key) => guest?.values.effective('Update', key) ?? []),
  );
  const wrong = await wrongOnes([...new Set(settings.flat().map(({ value }) => value))]);
  const remedy = 'See systemd.time(7), CALENDAR EVENTS; try it with: systemd-analyze calendar';
  return settings.map((ofGuest) =>
    ofGuest
      .filter(({ value }) => wrong.has(value))
      .map(({ value, at }) => ({ at, message: `'${value}' is not a calendar expression`, remedy })),
  );
}

/** Asks systemd about all of them at once, and about each only if one of them is wrong. */
async function wrongOnes(expressions: readonly string[]): Promise<ReadonlySet<string>> {
  if (expressions.length === 0 || (await areRight(...expressions))) return new Set();
  const right = await fewAtATime(expressions, (expression) => areRight(expression));
  return new Set(expressions.filter((_, index) => !right[index]));
}

const areRight = async (...expressions: readonly string[]): Promise<boolean> =>
  (await run('systemd-analyze', ['calendar', '--', ...expressions], { forPeople: true })).exitCode === 0;
