// Where the parts of a guest are taken out for an export or a copy: on the file system of its sysroot, for hard links and reflinks.
import { existsSync } from 'node:fs';
import { runtimeDirectory } from '../../config/paths.ts';
import { tryLock } from '../../host/flock.ts';
import { removeTree } from '../../host/tree-removal.ts';

/** A directory that guestctl removes at the end, even if it is killed. */
export const scratchOf = (sysroot: string): string => `${sysroot}/export`;

/** The lock of a guest whose files have to stay where they are. */
export const partsLockOf = (guest: string): string => `${runtimeDirectory}/.export-${guest}`;

/** Removes what a power cut has left. No export begins while a step of the guest runs, and this is called by one. */
export async function removeLeftScratch(guest: string, sysroot: string): Promise<void> {
  const [scratch, lock] = [scratchOf(sysroot), partsLockOf(guest)];
  if (!existsSync(scratch)) return;
  // Without the file, nothing was exported since the host booted.
  const release = existsSync(lock) ? await tryLock(lock) : async () => {};
  if (!release) return;
  await removeTree(scratch).finally(release);
}
