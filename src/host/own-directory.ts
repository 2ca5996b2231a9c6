// Directories of a guest that manages itself. It can replace each of them by a link to anywhere on the host, also while we look.
import { closeSync, constants, openSync, readlinkSync, realpathSync } from 'node:fs';
import { Failure } from './failure.ts';

/**
 * Calls `use` with a path of a directory that stays this directory, whatever is renamed meanwhile. `base` is above all that the guest
 * can replace. Fails if the directory is a link or below one, or if there is none.
 */
export function inOwn<T>(base: string, directory: string, use: (pinned: string) => T): T {
  const opened = open(base, directory);
  try {
    return use(`/proc/self/fd/${opened}`);
  } finally {
    closeSync(opened);
  }
}

/** Fails if one of these directories is a link or below one, or if there is none. */
export function requireOwn(base: string, directories: readonly string[]): void {
  for (const directory of directories) inOwn(base, directory, () => undefined);
}

function open(base: string, directory: string): number {
  const path = `${realpathSync.native(base)}${directory.slice(base.length)}`;
  const opened = openUnlinked(path, constants.O_DIRECTORY);
  if (opened !== undefined) return opened;
  throw new Failure(
    `${directory} is a link, or below one, and not a directory of the guest: nothing was done`,
    'Only root in the guest, or on this host, can have made it so. Put the directory back in its place',
  );
}

/** Opens a path for reading. Returns undefined if it is a link or below one, or if there is none. */
export function openUnlinked(path: string, flags = 0): number | undefined {
  let opened: number | undefined;
  try {
    opened = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | flags);
    if (readlinkSync(`/proc/self/fd/${opened}`) === path) return opened;
  } catch {
    // ENOENT, ENOTDIR or ELOOP.
  }
  if (opened !== undefined) closeSync(opened);
  return undefined;
}
