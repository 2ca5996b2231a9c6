import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { loadGuest } from '../config/load.ts';
import { monotonic } from '../host/clock.ts';
import { Failure } from '../host/failure.ts';
import { type JournalFields, readEntries, readSince, syncJournal } from '../host/journal.ts';
import { nodeFiles } from '../host/node-files.ts';
import {
  buildUnit,
  rehearseUnit,
  showUnits,
  startAnew,
  startUnit,
  switchUnit,
  updateUnit,
} from '../host/systemctl.ts';
import { tell } from '../host/tell.ts';
import { attemptsSince, lastAttempt } from '../state/past-attempts.ts';
import { isQuiet, say } from './command.ts';
import { ProgressLine } from './progress-line.ts';

/** The interval of progress checks, in milliseconds. */
const interval = 500;

/** The exit code of a command that Ctrl-C ended. */
const detached = 130;

/** A service of a guest that a command starts, and follows to its end. */
interface Step {
  readonly guest: string;
  readonly unit: string;
  /** Its name in messages. */
  readonly name: 'update' | 'switch' | 'rehearsal';
  /** The command that starts it. */
  readonly command: string;
  /** What to do if it fails. */
  readonly remedy: string;
  /** Whether Ctrl-C leaves it running and ends this process. */
  readonly detaches?: boolean;
}

const logs = (guest: string): string => `Full log: guestctl logs ${guest}`;

/**
 * Starts a guest's update, or joins a running one, and prints its steps until it ends. Ctrl-C detaches. Returns true if the update
 * was skipped, because what the source offers failed before: its service succeeds, as its timer is to go on.
 */
export async function updateAndFollow(guest: string, command: Command): Promise<boolean> {
  const before = lastAttempt(guest);
  await followUpdate(guest, command, true);
  const last = attemptsSince(guest, before).at(-1);
  if (last?.outcome !== 'rejected') return false;
  // Else it was among the steps.
  if (isQuiet(command)) tell(last.message);
  return true;
}

/** Like updateAndFollow(), for a caller that handles signals itself. */
export async function followUpdate(guest: string, command: Command, detaches = false): Promise<void> {
  const unit = updateUnit(guest);
  const remedy = `If the cause is in the guest file, fix it: guestctl edit ${guest}. Then run: guestctl update ${guest}. ${logs(guest)}`;
  await follow({ guest, unit, name: 'update', command: 'update', remedy, detaches }, command, startAnew);
}

/** Switches a guest to its staged update, and prints the steps until the verdict. */
export async function switchAndFollow(guest: string, command: Command): Promise<void> {
  const unit = switchUnit(guest);
  const step = { guest, unit, name: 'switch', command: 'switch', remedy: logs(guest) } as const;
  await follow(step, command, startAnew);
}

/** Rehearses the staged update of a guest, and prints the steps until the verdict. */
export async function rehearseAndFollow(guest: string, command: Command): Promise<void> {
  const unit = rehearseUnit(guest);
  await follow({ guest, unit, name: 'rehearsal', command: 'rehearse', remedy: logs(guest) }, command);
}

async function follow(step: Step, command: Command, start = startUnit): Promise<void> {
  const { guest, unit, name, detaches = true } = step;
  const from = await endOfLog(step);
  const progress = new ProgressLine();
  const end = new AbortController();
  const detach = () => {
    progress.clear();
    say(
      command,
      `Detached: the ${name} of ${guest} continues. Attach again: guestctl ${step.command} ${guest}`,
    );
    say(command, `To stop it: systemctl stop ${unit}`);
    process.exit(detached);
  };
  if (detaches) process.once('SIGINT', detach);
  const told = tellSteps(step, from, isQuiet(command), progress, end.signal);
  try {
    await start(unit);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(`The ${name} of ${guest} failed`, step.remedy);
  } finally {
    end.abort();
    // Print the cause before the failure.
    await told;
  }
}

/** What the journal has of a step. The last entry may lack its unit: its process may be gone before the journal looks it up. */
const logOf = ({ guest, unit }: Step): string[] => [
  `_SYSTEMD_UNIT=${unit}`,
  '+',
  `OSTREE_GUEST=${guest}`,
  '_UID=0',
];

/** Returns the options of journalctl(1) that show what follows these entries, whatever somebody does to the clock. */
const after = (entries: readonly JournalFields[]): readonly string[] | undefined => {
  const cursor = entries.at(-1)?.['__CURSOR'];
  return cursor === undefined ? undefined : [`--after-cursor=${cursor}`];
};

/** Returns the options that show what is logged of a step from now on. A journal that cannot be read keeps no step from starting. */
const endOfLog = async (step: Step): Promise<readonly string[]> =>
  after(await readEntries(['--lines=1', ...logOf(step)]).catch(() => [])) ?? [];

/** Prints the log of a step, and on a terminal its progress. */
async function tellSteps(
  step: Step,
  begin: readonly string[],
  quiet: boolean,
  progress: ProgressLine,
  end: AbortSignal,
): Promise<void> {
  const begun = monotonic();
  let from = begin;
  let steps: readonly JournalFields[] = [];
  for (let ended = false; !ended; ) {
    ended = end.aborted;
    if (ended) await syncJournal();
    // The limit is for a flood.
    const entries = await readEntries([...from, '--lines=1000', ...logOf(step)]);
    // Skips libostree's own log of each pull.
    const news = entries.filter((entry) => entry['_COMM'] !== 'ostree' && !isSaidAgain(entry));
    from = after(entries) ?? from;
    progress.clear();
    for (const { MESSAGE = '', PRIORITY } of news) {
      if (Number(PRIORITY) <= errorPriority || !quiet) tell(MESSAGE);
    }
    steps = [...steps, ...news].slice(-100);
    if (ended) return;
    if (!quiet && process.stderr.isTTY) {
      const [shown] = await showUnits([step.unit], ['StatusText']);
      progress.show(howFar(shown?.['StatusText'] ?? '', steps) || (await lastWordOfBuild(step.guest, begun)));
    }
    await sleep(interval, undefined, { signal: end }).catch(() => {});
  }
}

/** Returns the last line that the build of a guest has printed since a time by monotonic(); empty if it has none. */
async function lastWordOfBuild(guest: string, since: number): Promise<string> {
  const checked = loadGuest(nodeFiles, guest);
  if (!checked || 'broken' in checked || checked.guest.origin.kind !== 'build') return '';
  const unit = buildUnit(checked.guest.origin.build);
  const [entry] = await readSince(since, ['--lines=1', `_SYSTEMD_UNIT=${unit}`]);
  return entry?.['MESSAGE'] ?? '';
}

/** True for the record of an update that failed: the last words of the update say the same, and what to do. */
export const isSaidAgain = (entry: JournalFields): boolean =>
  entry['OSTREE_GUEST_OUTCOME'] === 'failed' && /^(create|update)$/.test(entry['OSTREE_GUEST_ACTION'] ?? '');

/** Removes the step from a status "STEP: PROGRESS" if the lines above have it. A status "STEP" adds nothing to them. */
export function howFar(status: string, steps: readonly { readonly MESSAGE?: string }[]): string {
  if (steps.some(({ MESSAGE }) => MESSAGE === status)) return '';
  const step = steps.map(({ MESSAGE = '' }) => `${MESSAGE}: `).findLast((text) => status.startsWith(text));
  return status.slice(step?.length ?? 0);
}

/** The syslog(3) priority of messages that are printed even with --quiet. */
const errorPriority = 3;
