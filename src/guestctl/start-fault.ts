// Finds in the journal why a guest did not start, or ended.
import { inOrder, type JournalFields, lastWords, readSince, syncJournal } from '../host/journal.ts';
import { bootUnit } from '../host/systemctl.ts';
import { driver } from '../machine/driver.ts';

/** What is said of a failed start or end of a guest. Texts are empty if nothing is. */
export interface StartFault {
  /** The first errors: of the boot step, of systemd, and of what runs the guest. */
  readonly errors: string;
  /** The last line of what runs the guest, or of the guest itself on its console, which may have another reason. */
  readonly lastWords: string;
}

/** Looks for it since a time of the monotonic clock in microseconds. */
export async function startFault(name: string, begun: number): Promise<StartFault> {
  const unit = driver.unit(name);
  await syncJournal();
  const entries = await readSince(begun, [
    '--lines=200',
    `_SYSTEMD_UNIT=${bootUnit(name)}`,
    '+',
    `_SYSTEMD_UNIT=${unit}`,
    '+',
    `UNIT=${unit}`,
  ]);
  const last = await lastWords(unit, { lines: 20 }, begun);
  return faultIn(inOrder([...entries, ...last]));
}

/** Finds it in these entries. */
export function faultIn(entries: readonly JournalFields[]): StartFault {
  const said = entries.map(({ MESSAGE = '', PRIORITY = '6', UNIT, SYSLOG_IDENTIFIER }) => ({
    text: MESSAGE.trim(),
    isError: (Number(PRIORITY) <= 4 && !isSummary(MESSAGE) && !isIgnored(MESSAGE)) || isSkipped(MESSAGE),
    isOfDriver: UNIT === undefined && SYSLOG_IDENTIFIER === driver.identifier,
  }));
  const errors = said.filter(({ isError }) => isError);
  const last = said.filter(({ isOfDriver, text }) => isOfDriver && text !== '');
  return { errors: joined(errors.slice(0, 2)), lastWords: joined(last.slice(-1)) };
}

const joined = (said: readonly { readonly text: string }[]): string =>
  [...new Set(said.map(({ text }) => text.replace(/\.+$/, '')))].join('; ');

const isSkipped = (message: string): boolean => /unmet condition check|being skipped\.?$/.test(message);

/** Faults after which systemd went on, such as a counter of the control group that cannot be read. */
const isIgnored = (message: string): boolean => /\bignoring\b/.test(message);

/** Lines of systemd that say only that a unit failed. */
const isSummary = (message: string): boolean =>
  /Failed to start |Failed at step |Failed with result |Main process exited|Control process exited|Scheduled restart job/.test(
    message,
  );
