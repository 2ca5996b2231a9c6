import { readFileSync } from 'node:fs';
import { Failure } from './failure.ts';
import { isObject } from './json-fields.ts';
import { printable } from './printable.ts';
import { attach, run } from './process.ts';
import { showUnits } from './systemctl.ts';

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

/**
 * Returns the last messages of the current or last run of a unit, the oldest first. When journald reads the message of a
 * process that is gone already, it no longer knows its unit: such a message has only the PID.
 */
export async function lastMessages(
  unit: string,
  which: readonly string[] = ['--lines=20'],
): Promise<string[]> {
  const [shown = {}] = await showUnits([unit], ['InvocationID', 'ExecMainPID']);
  await syncJournal();
  const invocation = shown['InvocationID'] ?? '';
  const matches = [`_SYSTEMD_INVOCATION_ID=${invocation}`, '+', ...ofLostProcess(shown['ExecMainPID'])];
  return (await readEntries([...which, ...matches]))
    .filter(({ _SYSTEMD_INVOCATION_ID: own = invocation }) => own === invocation)
    .map(({ MESSAGE = '' }) => MESSAGE);
}

/** Matches messages of the main process of a unit, by its PID. */
export const ofLostProcess = (mainPid: string | undefined): string[] => [`_PID=${mainPid || '0'}`];

/** "A unit failed", from systemd: sd-messages.h, SD_MESSAGE_UNIT_FAILURE_RESULT. */
const unitFailed = 'd9b373ed55a64feb8242e02dbe79a49c';

/** Returns true if this run of a unit, which had been up, did not stop within its TimeoutStopSec= and was killed. */
export async function stopTimedOut(unit: string, invocation: string): Promise<boolean> {
  await syncJournal();
  const matches = [`MESSAGE_ID=${unitFailed}`, `UNIT=${unit}`, `INVOCATION_ID=${invocation}`, '_PID=1'];
  return (await readEntries(matches)).some(({ UNIT_RESULT }) => UNIT_RESULT === 'timeout');
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
