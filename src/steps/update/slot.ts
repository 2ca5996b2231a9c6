import { rmSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { stateDirectory } from '../../config/paths.ts';
import { now } from '../../host/clock.ts';
import { lockOne, lockOrWait, type Release, tryLock } from '../../host/flock.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import type { Report } from '../../state/report.ts';

// No guest has such a name.
const directory = `${stateDirectory}/.slots`;

/** Does heavy work when a slot is free: `Concurrency=` guests of a host do so at the same time. */
export async function withSlot<T>({ update }: Guest, report: Report, work: () => Promise<T>): Promise<T> {
  const release = await takeSlot(update.concurrency, report);
  try {
    return await work();
  } finally {
    release();
  }
}

/**
 * Fetches something when a slot is free. A slow remote does not hold up other guests: the slot is
 * released, and the work continues without it. `work` gets a function to report the number of received bytes,
 * or undefined for work on this host.
 */
export async function withSlotWhileQuick<T>(
  { update }: Guest,
  report: Report,
  work: (arrived: (bytes: number | undefined) => void) => Promise<T>,
  whenSlow = () => {},
): Promise<T> {
  const release = await takeSlot(update.concurrency, report);
  const pace = new Pace();
  const timer = setInterval(() => {
    if (!pace.isSlow()) return;
    clearInterval(timer);
    release();
    whenSlow();
    report.step('This fetch takes long, so other guests are updated meanwhile');
  }, 1000);
  try {
    return await work((bytes) => pace.arrived(bytes));
  } finally {
    clearInterval(timer);
    release();
  }
}

/** Measures how fast data arrives, and for how long. */
export class Pace {
  readonly #began: number;
  #since: number;
  #bytes = 0;
  #before: number | undefined;

  constructor(at = now()) {
    [this.#began, this.#since] = [at, at];
  }

  arrived(bytes: number | undefined, at = now()): void {
    if (bytes === undefined) {
      if (this.#before !== undefined) this.#since = at;
      this.#before = undefined;
    } else {
      this.#bytes = bytes;
      this.#before ??= 0;
    }
  }

  /** Without reported bytes, only the time counts. No remote is quick for ever. */
  isSlow(at = now()): boolean {
    if (at - this.#began >= turn) return true;
    const elapsed = at - this.#since;
    if (this.#before === undefined) return elapsed >= longest;
    if (elapsed < span) return false;
    const rate = ((this.#bytes - this.#before) / elapsed) * 1000;
    [this.#since, this.#before] = [at, this.#bytes];
    return rate < slowest;
  }
}

/** In milliseconds: the interval of a rate, the time limit without a rate, and that of a quick fetch. */
const span = 20_000;
const longest = 5 * 60_000;
const turn = 30 * 60_000;
/** In bytes per second. */
const slowest = 64 << 10;

/** In milliseconds: how long an update waits before it says so. */
const quiet = 500;

/** Waits for a slot. Only the first in the queue waits for the slots themselves, which takes a process for each. */
async function takeSlot(slots: number, report: Report): Promise<Release> {
  makeDirectories(directory);
  const words = `Waiting for the update of another guest (Concurrency=${slots})`;
  const timer = setTimeout(() => report.step(words), quiet);
  // Guests with another Concurrency= wait for other slots.
  const leaveQueue = await lockOne([`${directory}/queue-${slots}`]);
  try {
    return await lockOne(Array.from({ length: slots }, (_, slot) => `${directory}/${slot}`));
  } finally {
    clearTimeout(timer);
    await leaveQueue();
  }
}

/**
 * Does work on a commit or an image for one guest at a time. The others wait, and then link what the first one has fetched,
 * instead of downloading it again. `work` gets a function that lets the others go on: they may have a faster remote. Calls
 * `whenLong` after a wait of some time.
 */
export async function alone<T>(
  what: string,
  report: Report,
  work: (letOthers: () => void) => Promise<T>,
  whenLong = () => {},
  long = 60_000,
): Promise<T> {
  makeDirectories(directory);
  const file = `${directory}/fetching-${what.replace(/[^\w.-]/g, '_').slice(-100)}`;
  let patience: NodeJS.Timeout | undefined;
  const release = await lockOrWait(file, () => {
    report.step('Waiting for another guest that fetches the same');
    patience = setTimeout(whenLong, long);
  }).finally(() => clearTimeout(patience));
  let isHeld = true;
  const letOthers = () => {
    if (!isHeld) return;
    isHeld = false;
    void giveUp(file, release);
  };
  try {
    return await work(letOthers);
  } finally {
    letOthers();
  }
}

/** Releases a lock, and removes its file if nobody waits for it. lockOne() notices a file that was removed after it was opened. */
async function giveUp(file: string, release: Release): Promise<void> {
  await release();
  // The work is done: a full disk only leaves the file.
  const nobodyWaits = await tryLock(file).catch(() => undefined);
  if (!nobodyWaits) return;
  rmSync(file, { force: true });
  await nobodyWaits();
}
