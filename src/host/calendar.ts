import { requireSuccess, run } from './process.ts';

/**
 * True if one of these calendar expressions elapsed in the last `length` milliseconds before `at`. systemd itself reads them:
 * systemd.time(7). Fails if it cannot.
 */
export async function hasElapsed(
  expressions: readonly string[],
  length: number,
  at: number,
): Promise<boolean> {
  // systemd-analyze refuses times before 1970.
  const base = `--base-time=@${Math.max(0, Math.floor((at - length) / 1000))}`;
  const finished = await run('systemd-analyze', ['calendar', base, '--', ...expressions]);
  requireSuccess('Cannot read the calendar expressions', finished);
  return elapsesIn(finished.stdout).some((time) => time <= at);
}

/**
 * Returns the times in the output of `systemd-analyze calendar`, in milliseconds since 1970. If the time zone of the host is UTC,
 * by any name (GMT in Iceland), a time has no second line in UTC.
 */
export const elapsesIn = (output: string): number[] =>
  [...output.matchAll(/^ *Next elapse: (\w+ \d.*)(?:\n *\(in UTC\): (.*))?$/gm)].flatMap(
    ([, local = '', utc = local]) => {
      const [, date, clock] = /^\w+ (\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(utc) ?? [];
      return date === undefined ? [] : [Date.parse(`${date}T${clock}Z`)];
    },
  );
