import { readFileSync } from 'node:fs';
import { Failure } from './failure.ts';
import { isObject } from './json-fields.ts';
import { printable } from './printable.ts';
import { attach, run } from './process.ts';
import { type Properties, showUnits } from './systemctl.ts';

/** The fields of one journal entry by their names: systemd.journal-fields(7). */
export type JournalFields = Readonly<Record<string, string>>;

/**
 * Writes one entry. Never fails, because nothing depends on it: logger(1), --journald. journald may look up the
 * unit after logger has ended, so the entry names our process: systemd.journal-fields(7), OBJECT_PID=.
 */
export async function writeEntry(fields: JournalFields): Promise<void> {
  const unit = ownUnit();
  const lines = Object.entries({ ...fields, ...(unit ? { OBJECT_SYSTEMD_UNIT: unit } : {}) }).map(
    ([name, value]) => `${name}=${printable(value).replace(/[\t\n]/g, ' ')}\n`,
  );
  await run('logger', ['--journald'], { input: lines.join('') });
}

/** The service that we run in. */
const ownUnit = (): string | undefined =>
  /\/([^/]+\.service)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];

/** Returns entries that match all FIELD=VALUE, the oldest first. */
export async function readEntries(matches: readonly string[]): Promise<JournalFields[]> {
  const { exitCode, stdout, stderr } = await run('journalctl', ['--output=json', '--no-pager', ...matches]);
  // It exits with 1 and without a message if nothing matches.
  if (exitCode !== 0 && stderr.trim() !== '') throw new Failure(`Cannot read the journal: ${stderr.trim()}`);
  return parseEntries(stdout);
}

/** Which of the entries of a unit: so many of the last ones, all of them or only errors. */
export interface Which {
  readonly lines: number;
  readonly onlyErrors?: boolean;
}

const optionsOf = ({ lines, onlyErrors = false }: Which): string[] => [
  `--lines=${lines}`,
  ...(onlyErrors ? ['--priority=err'] : []),
];

/** Returns the last messages of the current or last run of a unit, the oldest first. */
export async function lastMessages(unit: string, which: Which = { lines: 20 }): Promise<string[]> {
  const [[shown = {}]] = await Promise.all([
    showUnits([unit], ['InvocationID', startOfRun, ...ofLastWords]),
    syncJournal(),
  ]);
  const found = await Promise.all([
    readEntries([...optionsOf(which), `_SYSTEMD_INVOCATION_ID=${shown['InvocationID'] ?? ''}`]),
    wordsWithoutRun(unit, shown, which),
    wordsBeforeEnd(shown, which),
  ]);
  return inOrder(found.flat()).map(({ MESSAGE = '' }) => MESSAGE);
}

/** In microseconds, of the monotonic clock. */
const startOfRun = 'InactiveExitTimestampMonotonic';

/**
 * Returns what was said since this run began and journald read when the unit had ended: it still knows the unit, from
 * systemd, but not the run, because systemd removes /run/systemd/units/invocation:UNIT at the end.
 */
async function wordsWithoutRun(unit: string, shown: Properties, which: Which): Promise<JournalFields[]> {
  const start = Number(shown[startOfRun]);
  const entries = await readSince(start, [...optionsOf(which), `_SYSTEMD_UNIT=${unit}`]);
  return entries.filter(({ _SYSTEMD_INVOCATION_ID }) => _SYSTEMD_INVOCATION_ID === undefined);
}

/** In seconds: how long before the end of its service a process can have said why, and how long after it journald may read that. */
const [beforeTheEnd, afterTheEnd] = [5, 60];

/**
 * Returns what processes of a service said just before it ended, and journald read when they were gone: it no longer finds
 * their unit, so that such an entry has only the program's name and the time. Call syncJournal() first.
 * @param since By monotonic(): only what was said after that.
 */
export async function lastWords(unit: string, which: Which, since = 0): Promise<JournalFields[]> {
  const [shown = {}] = await showUnits([unit], ofLastWords);
  return wordsBeforeEnd(shown, which, since);
}

const ofLastWords = ['ExecMainExitTimestamp', 'ExecMainExitTimestampMonotonic', 'SyslogIdentifier'];

async function wordsBeforeEnd(shown: Properties, which: Which, since = 0): Promise<JournalFields[]> {
  const end = Number(shown['ExecMainExitTimestamp']?.replace(/^@/, ''));
  const name = shown['SyslogIdentifier'];
  // In seconds. The journal is asked by the clock that the host had then; it may have been set since `since`.
  const passed = (Number(shown['ExecMainExitTimestampMonotonic']) - since) / 1e6;
  if (!end || !name || passed <= -1) return [];
  const begin = end - Math.min(beforeTheEnd, passed);
  const entries = await readEntries([
    // The words of others are among them, who run the same program.
    ...optionsOf({ ...which, lines: 1000 }),
    `--since=@${begin}`,
    `--until=@${end + afterTheEnd}`,
    `SYSLOG_IDENTIFIER=${name}`,
    '_TRANSPORT=journal',
  ]);
  const own = entries.filter((entry) => {
    const sent = sentAt(entry);
    return entry['_SYSTEMD_UNIT'] === undefined && sent >= begin && sent <= end + 1;
  });
  return own.slice(-which.lines);
}

/** Returns when a program sent an entry, in seconds since 1970. journald sorts and shows entries by when it read them. */
const sentAt = ({ _SOURCE_REALTIME_TIMESTAMP: sent, __REALTIME_TIMESTAMP: read }: JournalFields): number =>
  Number(sent ?? read) / 1e6;

/** Returns the time at which journald got an entry, by monotonic() in the same boot. */
const gotAt = ({ __MONOTONIC_TIMESTAMP: time }: JournalFields): number => Number(time);

/** Sorts entries of one boot by the time at which journald got them. */
export const inOrder = (entries: readonly JournalFields[]): JournalFields[] =>
  entries.toSorted((a, b) => gotAt(a) - gotAt(b));

/** Returns entries of this boot that match all FIELD=VALUE, and that journald got since a time by monotonic(). */
export async function readSince(since: number, matches: readonly string[]): Promise<JournalFields[]> {
  const entries = await readEntries(['--boot', ...matches]);
  return entries.filter((entry) => gotAt(entry) >= since);
}

/** "A unit failed", from systemd: sd-messages.h, SD_MESSAGE_UNIT_FAILURE_RESULT. */
const unitFailed = 'd9b373ed55a64feb8242e02dbe79a49c';
/** "A stop job for a unit has finished", from systemd: sd-messages.h, SD_MESSAGE_UNIT_STOPPED. */
const unitStopped = '9d1aaa27d60140bd96365438aad20286';

/** Returns what systemd itself has said with this MESSAGE_ID about one run of a unit. */
async function systemdSaid(message: string, unit: string, invocation: string): Promise<JournalFields[]> {
  await syncJournal();
  return readEntries([`MESSAGE_ID=${message}`, `UNIT=${unit}`, `INVOCATION_ID=${invocation}`, '_PID=1']);
}

/** Returns true if this run of a unit, which had been up, did not stop within its TimeoutStopSec= and was killed. */
export async function stopTimedOut(unit: string, invocation: string): Promise<boolean> {
  const said = await systemdSaid(unitFailed, unit, invocation);
  return said.some(({ UNIT_RESULT }) => UNIT_RESULT === 'timeout');
}

/**
 * Returns true if this run of a unit ended because somebody had systemd stop it. To stop a unit that is still starting,
 * systemd kills its ExecStartPre= and calls the unit failed, so that its state does not tell [T 252, 257, 262]. False if the journal
 * cannot be read, or has no such messages (LogLevel= of systemd).
 */
export async function endedByStop(unit: string, invocation: string): Promise<boolean> {
  const said = await systemdSaid(unitStopped, unit, invocation).catch(() => []);
  // A restart, also one by systemd itself, begins with such a message, too.
  return said.some(({ JOB_TYPE }) => JOB_TYPE === 'stop');
}

/** Returns what systemd itself has said last of a run of a unit, such as why it could not start that. Call syncJournal() first. */
export async function systemdWords(unit: string, invocation: string): Promise<string[]> {
  const found = await readEntries(['--lines=20', `UNIT=${unit}`, `INVOCATION_ID=${invocation}`, '_PID=1']);
  return found.map(({ MESSAGE = '' }) => MESSAGE);
}

/** Returns what systemd-oomd has said since a time in seconds since 1970. */
export async function oomdWords(since: number): Promise<string[]> {
  const found = await readEntries([
    `--since=@${since}`,
    '--lines=1000',
    '_SYSTEMD_UNIT=systemd-oomd.service',
  ]);
  return found.map(({ MESSAGE = '' }) => MESSAGE);
}

/** One JSON object in each line: the journal's export formats, "Journal JSON Format". */
export function parseEntries(stdout: string): JournalFields[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const entry: unknown = JSON.parse(line);
      const fields = isObject(entry) ? Object.entries(entry) : [];
      return Object.fromEntries(fields.map(([name, value]) => [name, textOf(value)]));
    });
}

/** Converts a value. With control characters it is an array of bytes; if very long, null; if repeated, an array of values. */
function textOf(value: unknown): string {
  if (!Array.isArray(value)) return typeof value === 'string' ? value : '';
  return typeof value[0] === 'number' ? Buffer.from(value).toString() : textOf(value.at(-1));
}

/** Flushes the journal to disk, so that everything logged so far can be read. */
export async function syncJournal(): Promise<void> {
  await run('journalctl', ['--sync']);
}

/** Runs journalctl(1) on our own terminal. */
export function showJournal(options: readonly string[]): Promise<number> {
  return attach('journalctl', options);
}
