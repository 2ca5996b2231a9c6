// A journal, and the part of journalctl(1) that reads it. Its clock can be set, and its monotonic clock cannot.
import { monotonic } from '../../src/host/clock.ts';
import type { Finished } from '../../src/host/process.ts';
import { says } from './fake-driver.ts';

type Entry = Readonly<Record<string, string>>;

export const journal: Entry[] = [];

/** Adds an entry. */
export function journald(MESSAGE: string, fields: Entry): void {
  const times = {
    __REALTIME_TIMESTAMP: String(Date.now() * 1000),
    __MONOTONIC_TIMESTAMP: String(monotonic()),
    __CURSOR: String(journal.length),
  };
  journal.push({ MESSAGE, ...times, ...fields });
}

export function journalctl(args: readonly string[]): Finished {
  const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
  const [after, lines] = [option('after-cursor'), option('lines')];
  const since = Number(option('since')?.slice(1) ?? 0) * 1e6;
  const until = Number(option('until')?.slice(1) ?? Number.POSITIVE_INFINITY) * 1e6;
  const alternatives = args
    .filter((arg) => !arg.startsWith('--'))
    .join('\n')
    .split('\n+\n')
    .map((matches) => matches.split('\n'));
  const found = journal.filter((entry) => {
    const time = Number(entry['__REALTIME_TIMESTAMP']);
    return (
      (after === undefined || Number(entry['__CURSOR']) > Number(after)) &&
      time >= since &&
      time <= until &&
      alternatives.some((matches) => matches.every((match) => has(entry, match)))
    );
  });
  return says(
    0,
    found
      .slice(-Number(lines ?? found.length))
      .map((entry) => `${JSON.stringify(entry)}\n`)
      .join(''),
  );
}

const has = (entry: Entry, match: string): boolean => {
  const [field = '', value] = match.split('=');
  return entry[field] === value;
};
