import type { Guest } from '../../config/guest.ts';
import type { Problem } from '../../config/problem.ts';
import type { Setting } from '../../config/values.ts';
import { fewAtATime } from '../../host/few-at-a-time.ts';
import { type Finished, run } from '../../host/process.ts';

/** Returns the problems of each guest's calendar expressions, in the same order: systemd.time(7). */
export const verifyCalendars = (guests: readonly (Guest | undefined)[]): Promise<Problem[][]> =>
  problemsIn(
    guests.map((guest) =>
      ['OnCalendar', 'SwitchOnCalendar'].flatMap((key) => guest?.values.effective('Update', key) ?? []),
    ),
  );

/** Returns the problems of calendar expressions. */
export const calendarProblems = async (settings: readonly Setting[]): Promise<Problem[]> =>
  (await problemsIn([settings])).flat();

async function problemsIn(settings: readonly (readonly Setting[])[]): Promise<Problem[][]> {
  const faults = await faultsOf([...new Set(settings.flat().map(({ value }) => value))]);
  const remedy = 'See systemd.time(7), CALENDAR EVENTS; try it with: systemd-analyze calendar';
  return settings.map((ofGuest) =>
    ofGuest.flatMap(({ value, at }) => {
      const fault = faults.get(value);
      return fault === undefined ? [] : [{ at, message: `'${value}' ${fault}`, remedy }];
    }),
  );
}

/** Asks systemd about all of them at once, and about each only if something is wrong with one of them. */
async function faultsOf(expressions: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (expressions.length === 0 || calendarFault(await analyze(...expressions)) === undefined)
    return new Map();
  const faults = await fewAtATime(expressions, async (one) => calendarFault(await analyze(one)));
  return new Map(
    expressions.flatMap((expression, index) => {
      const fault = faults[index];
      return fault === undefined ? [] : [[expression, fault]];
    }),
  );
}

const analyze = (...expressions: readonly string[]): Promise<Finished> =>
  run('systemd-analyze', ['calendar', '--', ...expressions], { forPeople: true });

/** Says what is wrong, if systemd-analyze(1) found something. It accepts a day that does not exist, such as *-02-30. */
export function calendarFault({
  exitCode,
  stdout,
}: Pick<Finished, 'exitCode' | 'stdout'>): string | undefined {
  if (exitCode !== 0) return 'is not a calendar expression';
  return /^ *Next elapse: never$/m.test(stdout) ? 'never comes' : undefined;
}
