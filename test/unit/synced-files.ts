// Records which files and directories are flushed to disk: vi.mock('node:fs', recordSynced).
import type * as fs from 'node:fs';

/** Their paths, in the order in which they were flushed. */
export const synced: string[] = [];

export async function recordSynced(original: () => Promise<unknown>): Promise<typeof fs> {
  const real = (await original()) as typeof fs;
  const fsyncSync = (descriptor: number): void => {
    synced.push(real.readlinkSync(`/proc/self/fd/${descriptor}`));
    real.fsyncSync(descriptor);
  };
  return { ...real, fsyncSync };
}
