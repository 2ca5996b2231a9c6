import { readFileSync } from 'node:fs';
import { Failure } from './failure.ts';
import { isObject } from './json-fields.ts';
import { printable } from './printable.ts';
import { attach, run } from './process.ts';
import { showUnits } from './systemctl.ts';

/** The fields of one journal entry by their names: systemd.journal-fields(7). */
export type JournalFields = Readonly<Record<string, string>>;

/**
 * Writes one entry. Nothing depends on it, so that it cannot fail: logger(1), --journald. journald may look for the
 * unit only when logger has ended, so it is named as what the entry is about: systemd.journal-fields(7), OBJECT_PID=.
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

/** Entries that match all of FIELD=VALUE, the oldest first. */
export async function readEntries(matches: readonly string[]): Promise<JournalFields[]> {
  const { exitCode, stdout, stderr } = await run('journalctl', ['--output=json', '--no-pager', ...matches]);
  // It exits with 1 where nothing matches, and then says nothing.
  if (exitCode !== 0 && stderr.trim() !== '') throw new Failure(`Cannot read the journal: ${stderr.trim()}`);
  return parseEntries(stdout);
}

/** The last messages of a unit's run that goes on or ended last, the oldest first. */
export async function lastMessages(
  unit: string,
  which: readonly string[] = ['--lines=20'],
): Promise<string[]> {
  const [shown] = await showUnits([unit], ['InvocationID']);
  await syncJournal();
  const run = `_SYSTEMD_INVOCATION_ID=${shown?.['InvocationID'] ?? ''}`;
  return (await readEntries([...which, run])).map(({ MESSAGE = '' }) => MESSAGE);
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

/** A value with control characters comes as an array of bytes, one that is very long as null, many as an array of them. */
function textOf(value: unknown): string {
  if (!Array.isArray(value)) return typeof value === 'string' ? value : '';
  return typeof value[0] === 'number' ? Buffer.from(value).toString() : textOf(value.at(-1));
}

/** Writes to disk what was logged so far, so that it can be read. */
export async function syncJournal(): Promise<void> {
  await run('journalctl', ['--sync']);
}

/** journalctl(1) on our own terminal. */
export function showJournal(options: readonly string[]): Promise<number> {
  return attach('journalctl', options);
}
