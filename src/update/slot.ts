import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Guest, stateDirectory } from '../config/guest.ts';
import { type Release, tryLock } from '../machine/flock.ts';
import type { Report } from './report.ts';

/** Does heavy work when it is the guest's turn: only so many guests of a host do such work at the same time. */
export async function withSlot<T>({ update }: Guest, report: Report, work: () => Promise<T>): Promise<T> {
  const release = await takeSlot(update.concurrency, report);
  try {
    return await work();
  } finally {
    release();
  }
}

async function takeSlot(slots: number, report: Report): Promise<Release> {
  // No guest has such a name.
  const directory = `${stateDirectory}/.slots`;
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
