import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { Failure } from '../host/failure.ts';
import { type JournalFields, readEntries, syncJournal } from '../host/journal.ts';
import { printableLine } from '../host/printable.ts';
import { showUnits, startUnit, updateUnit } from '../host/systemctl.ts';
import { tell } from '../host/tell.ts';
import { isQuiet, say } from './command.ts';

/** How often the progress is looked at, in milliseconds. */
const interval = 500;

/** As a shell tells of a command that Ctrl-C ended. */
const detached = 130;

/** Starts a guest's update, or joins the one that runs, and tells of its steps until it ends. */
export async function updateAndFollow(guest: string, command: Command): Promise<void> {
  const unit = updateUnit(guest);
  const progress = new ProgressLine();
  const end = new AbortController();
  const detach = () => {
    progress.clear();
    say(command, `Detached: the update of ${guest} continues. Attach again: guestctl update ${guest}`);
    say(command, `To stop it: systemctl stop ${unit}`);
    process.exit(detached);
  };
  process.once('SIGINT', detach);
  const told = tellSteps(guest, isQuiet(command), progress, end.signal);
  try {
    const [shown] = await showUnits([unit], ['ActiveState']);
    await startUnit(unit);
    // A run that was going on may have asked its source before what is there now.
    if (shown?.['ActiveState'] === 'activating') await startUnit(unit);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const remedy = `If the cause is in the guest file, fix it: guestctl edit ${guest}. Then run: guestctl update ${guest}. Full log: guestctl logs ${guest}`;
    throw new Failure(`The update of ${guest} failed`, remedy);
  } finally {
    end.abort();
    // What failed is told before that it failed.
    await told;
    process.off('SIGINT', detach);
  }
}

/** Prints what an update logs from now on, and on a terminal its status, which says how far it is. */
async function tellSteps(
  guest: string,
  quiet: boolean,
  progress: ProgressLine,
  end: AbortSignal,
): Promise<void> {
  const unit = updateUnit(guest);
  let from = `--since=@${Date.now() / 1000}`;
  let steps: readonly JournalFields[] = [];
  for (let ended = false; !ended; ) {
    ended = end.aborted;
    if (ended) await syncJournal();
    // How it ended is logged by a process that may be gone before the journal asks for its unit.
    const entries = await readEntries([
      from,
      // Of a flood the last is told, and the next look is behind it.
      '--lines=1000',
      `_SYSTEMD_UNIT=${unit}`,
      '+',
      `OSTREE_GUEST=${guest}`,
      '_UID=0',
    ]);
    // libostree logs of its own how each pull went.
    const news = entries.filter((entry) => entry['_COMM'] !== 'ostree');
    const cursor = entries.at(-1)?.['__CURSOR'];
    if (cursor !== undefined) from = `--after-cursor=${cursor}`;
    progress.clear();
    for (const { MESSAGE = '', PRIORITY } of news) {
      if (Number(PRIORITY) <= errorPriority || !quiet) tell(MESSAGE);
    }
    steps = [...steps, ...news].slice(-100);
    if (ended) return;
    if (!quiet && process.stderr.isTTY) {
      const [shown] = await showUnits([unit], ['StatusText']);
      progress.show(howFar(shown?.['StatusText'] ?? '', steps));
    }
    await sleep(interval, undefined, { signal: end }).catch(() => {});
  }
}

/** Of a status "STEP: HOW FAR IT IS" only what the lines above do not say. */
function howFar(status: string, steps: readonly { readonly MESSAGE?: string }[]): string {
  const step = steps.map(({ MESSAGE = '' }) => `${MESSAGE}: `).findLast((text) => status.startsWith(text));
  return status.slice(step?.length ?? 0);
}

/** Of syslog(3): what must be told even to who wants quiet. */
const errorPriority = 3;

/** The last line of a terminal, written again and again. */
class ProgressLine {
  #shown = false;

  show(text: string): void {
    this.#shown = text !== '';
    process.stderr.write(printableLine(text).slice(0, (process.stderr.columns || 80) - 1));
  }

  clear(): void {
    if (this.#shown) process.stderr.write('\r\x1b[K');
    this.#shown = false;
  }
}
