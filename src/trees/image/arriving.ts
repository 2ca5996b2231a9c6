import { lstatSync } from 'node:fs';
import { leavingRoom } from '../../host/disk-room.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { pathsBelow } from '../../host/paths-below.ts';

/** Receives how many bytes have arrived so far. */
export type Arrived = (bytes: number) => void;

/** In milliseconds: the interval of reports, and the time without data after which a copy is ended, as with `ostree pull`. */
const interval = 1000;
const patience = 30 * 60_000;

/**
 * Runs work that fills a directory, and tells each second how much there is. Aborts it when nothing has arrived for a long time,
 * or when the disk gets full.
 */
export async function whileArriving<T>(
  directory: string,
  work: (signal: AbortSignal) => Promise<T>,
  arrived: Arrived,
  longest = patience,
): Promise<T> {
  const idle = new AbortController();
  let [moved, before] = [performance.now(), bytesBelow(directory)];
  const begun = before;
  const timer = setInterval(() => {
    const now = bytesBelow(directory);
    if (now !== before) [moved, before] = [performance.now(), now];
    if (performance.now() - moved > longest)
      idle.abort(`nothing arrived for ${Math.round(longest / 60_000)} minutes`);
    arrived(Math.max(0, now - begun));
  }, interval);
  try {
    return await leavingRoom(directory, (full) => work(AbortSignal.any([full, idle.signal])));
  } finally {
    clearInterval(timer);
  }
}

/** Returns how many bytes of the disk the files of a directory take. Holes take none. */
function bytesBelow(directory: string): number {
  const names = unlessMissing(() => pathsBelow(directory)) ?? [];
  return names
    .map((name) => (lstatSync(`${directory}/${name}`, { throwIfNoEntry: false })?.blocks ?? 0) * 512)
    .reduce((sum, bytes) => sum + bytes, 0);
}
