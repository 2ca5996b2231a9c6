import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Guest, stateDirectory } from '../../config/guest.ts';
import { now } from '../../host/clock.ts';
import { type Release, tryLock } from '../../host/flock.ts';
import type { Report } from '../../state/report.ts';

// No guest has such a name.
const directory = `${stateDirectory}/.slots`;

/** Does heavy work when it is the guest's turn: only so many guests of a host do such work at the same time. */
export async function withSlot<T>({ update }: Guest, report: Report, work: () => Promise<T>): Promise<T> {
  const release = await takeSlot(update.concurrency, report);
  try {
    return await work();
  } finally {
    release();
  }
}

/**
 * Fetches something when it is the guest's turn. A remote that is slow does not hold up other guests: then the slot is
 * given back, and the work goes on without it. `work` gets a function that it tells how many bytes have arrived.
 */
export async function withSlotWhileQuick<T>(
  { update }: Guest,
  report: Report,
  work: (arrived: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  const release = await takeSlot(update.concurrency, report);
  const pace = new Pace();
  const timer = setInterval(() => {
    if (!pace.isSlow()) return;
    clearInterval(timer);
    release();
    report.step('This takes long, so that other guests are updated meanwhile');
  }, 1000);
  try {
    return await work((bytes) => pace.arrived(bytes));
  } finally {
    clearInterval(timer);
    release();
  }
}

/** How quickly something arrives. */
export class Pace {
  #since: number;
  #bytes = 0;
  #before: number | undefined;

  constructor(at = now()) {
    this.#since = at;
  }

  arrived(bytes: number): void {
    this.#bytes = bytes;
    this.#before ??= 0;
  }

  /** Of what tells nothing, it is known only how long it takes. */
  isSlow(at = now()): boolean {
    const elapsed = at - this.#since;
    if (this.#before === undefined) return elapsed >= longest;
    if (elapsed < span) return false;
    const rate = ((this.#bytes - this.#before) / elapsed) * 1000;
    [this.#since, this.#before] = [at, this.#bytes];
    return rate < slowest;
  }
}

/** In milliseconds: what rates are measured over, and how long something may take that tells no rate. */
const span = 20_000;
const longest = 5 * 60_000;
/** In bytes a second. */
const slowest = 64 << 10;

async function takeSlot(slots: number, report: Report): Promise<Release> {
  mkdirSync(directory, { recursive: true });
  for (let waited = false; ; waited = true) {
    for (let slot = 0; slot < slots; slot += 1) {
      const release = await tryLock(`${directory}/${slot}`);
      if (release) return release;
    }
    if (!waited) report.step(`Waiting for the update of another guest (Concurrency=${slots})`);
    await sleep(500);
  }
}

/**
 * Does what only one guest at a time does with a commit or an image: the others wait, and then link what that one has
 * brought, and do not download it once more.
 */
export async function alone<T>(what: string, report: Report, work: () => Promise<T>): Promise<T> {
  mkdirSync(directory, { recursive: true });
  const file = `${directory}/fetching-${what.replace(/[^\w.-]/g, '_').slice(-100)}`;
  let release = await tryLock(file);
  if (!release) report.step('Waiting for another guest that fetches the same');
  while (!release) {
    await sleep(500);
    release = await tryLock(file);
  }
  try {
    return await work();
  } finally {
    // While it is locked: who has opened it already finds that it is gone, and opens the next one.
    rmSync(file, { force: true });
    release();
  }
}
