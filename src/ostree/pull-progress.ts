// Parses the progress that `ostree pull` shows on a terminal: ostree_repo_pull_default_console_progress_changed() of libostree.

import { existsSync, readFileSync } from 'node:fs';
import { now } from '../host/clock.ts';
import { unlessMissing } from '../host/node-files.ts';
import { type Finished, run, runOnTerminal } from '../host/process.ts';

/** The progress of a pull. Sizes are formatted by libostree, such as "18.1 MB". */
export interface PullProgress {
  /** The unit: "objects", or "delta parts". */
  readonly what: string;
  readonly arrived: number;
  /** Undefined until all metadata has arrived, which tells how much content there is. */
  readonly total: number | undefined;
  readonly bytes: string | undefined;
  readonly bytesTotal: string | undefined;
  readonly rate: string | undefined;
}

const size = String.raw`(?:-|[\d.]+\s(?:bytes|\w?B))`;
const count = String.raw`(?:\d+% \()?(?<arrived>\d+)\/(?<total>\d+|\(estimating\))\)?`;
const delta = String.raw`(?: (?<ofDelta>${size})\/(?<bytesTotal>${size}))?`;
const loose = String.raw`(?: (?<rate>${size})\/s)?(?: (?<ofObjects>${size}))?`;
const receiving = new RegExp(
  `Receiving (?<what>metadata objects|objects|delta parts): ${count}${delta}${loose}`,
  'g',
);

/** Returns the last progress in the output of a pull; undefined if there is none yet. */
export function lastProgress(shown: string): PullProgress | undefined {
  const groups = [...shown.matchAll(receiving)].at(-1)?.groups;
  if (!groups) return undefined;
  const { what, arrived, total, ofDelta, ofObjects, bytesTotal, rate } = groups;
  return {
    what: what === 'delta parts' ? what : 'objects',
    arrived: Number(arrived),
    total: total === '(estimating)' ? undefined : Number(total),
    bytes: known(ofDelta ?? ofObjects),
    bytesTotal: known(bytesTotal),
    rate: known(rate),
  };
}

/** libostree puts no-break spaces into sizes. */
const known = (text: string | undefined): string | undefined =>
  text === undefined || text === '-' ? undefined : text.replace(/\s/g, ' ');

/** For people: "60 % (905 of 1505 objects), 18.1 MB, 18.1 MB/s, 12 s left". `elapsed` is in seconds. */
export function progressWords(progress: PullProgress, elapsed: number): string {
  const { what, arrived, total, bytes, bytesTotal, rate } = progress;
  const count = total === undefined ? `${arrived} ${what}` : `${arrived} of ${total} ${what}`;
  const part = total ? arrived / total : 0;
  return [
    part > 0 ? `${Math.floor(part * 100)} % (${count})` : count,
    bytes && (bytesTotal ? `${bytes} of ${bytesTotal}` : bytes),
    rate && `${rate}/s`,
    part > 0 && part < 1 && `${spanWords((elapsed * (1 - part)) / part)} left`,
  ]
    .filter(Boolean)
    .join(', ');
}

function spanWords(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  return whole < 3600
    ? `${Math.ceil(whole / 60)} min`
    : `${Math.floor(whole / 3600)} h ${Math.ceil((whole % 3600) / 60)} min`;
}

/** The interval of progress reports, and the time without data after which a pull is ended; in milliseconds. */
const interval = 1000;
const patience = 30 * 60_000;

/**
 * Runs `ostree pull` with these arguments and reports its progress, with the bytes written so far. Ends it when nothing
 * has arrived for a long time: a remote that hangs would keep the guest from trying again.
 */
export async function pullAndTell(
  args: readonly string[],
  tell: (progress: { words: string; bytes: number }) => void,
  { longest = patience, written = bytesWritten } = {},
): Promise<Finished> {
  const begun = now();
  const stop = new AbortController();
  let last: PullProgress | undefined;
  let bytes = 0;
  let [moved, before] = [begun, ''];
  const timer = setInterval(() => {
    bytes = Math.max(bytes, written());
    const seen = `${bytes} ${last?.arrived}/${last?.total}`;
    if (seen !== before) [moved, before] = [now(), seen];
    if (now() - moved > longest) stop.abort(`nothing arrived for ${Math.round(longest / 60_000)} minutes`);
    const words = last ? progressWords(last, (now() - begun) / 1000) : 'waiting for the remote';
    tell({ words, bytes });
  }, interval);
  try {
    // Without script(1) there is no progress.
    if (!existsSync('/usr/bin/script')) return await run('ostree', args, { signal: stop.signal });
    const onShown = (shown: string) => {
      last = lastProgress(shown) ?? last;
    };
    return await runOnTerminal('ostree', args, onShown, stop.signal);
  } finally {
    clearInterval(timer);
  }
}

/** Returns the bytes that the processes of our control group have written to file systems: proc(5), /proc/PID/io. */
function bytesWritten(): number {
  const group = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '';
  const processes = unlessMissing(() => readFileSync(`/sys/fs/cgroup${group}/cgroup.procs`, 'utf8')) ?? '';
  return processes
    .split('\n')
    .filter((pid) => pid !== '')
    .map((pid) => {
      try {
        return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0);
      } catch {
        // The process has just ended.
        return 0;
      }
    })
    .reduce((sum, one) => sum + one, 0);
}
