import { type StatsFs, statfsSync } from 'node:fs';
import { Failure } from './failure.ts';

/** The share of the guests' file system that is never used: a full one would stop all guests. */
const reservedShare = 0.05;
const reservedBytes = 1 << 30;

/** Returns how many bytes can be written below a directory before the reserve is touched; less than 0 if it is. */
export function roomBelow(directory: string): number {
  const { bsize, bavail, blocks, ffree, files } = statfsSync(directory);
  // Some file systems do not report inodes.
  if (files > 0 && ffree < files * 0.01) return -1;
  return bsize * bavail - Math.min(bsize * blocks * reservedShare, reservedBytes);
}

/** A part of a file system: bytes, and files, which also run out. */
export interface DiskSpace {
  readonly bytes: number;
  readonly files: number;
}

/** Returns what is free below a directory, with all reserves of ours. */
export function freeBelow(directory: string): DiskSpace {
  const { bsize, bavail, ffree, files } = statfsSync(directory);
  return { bytes: bsize * bavail, files: files > 0 ? ffree : Number.MAX_SAFE_INTEGER };
}

/**
 * True if hardly anything can be written below a directory: less than 1% and less than 64 MiB, or hardly any inode, is left.
 * False if that cannot be told, such as for a directory that is missing.
 */
export function isFull(directory: string): boolean {
  try {
    return hasNoRoom(statfsSync(directory));
  } catch {
    return false;
  }
}

/** Decides that by the numbers of a file system. */
export const hasNoRoom = ({ bsize, bavail, blocks, ffree, files }: FileSystemRoom): boolean =>
  bavail * bsize < Math.min((blocks * bsize) / 100, 64 << 20) || ffree < Math.min(files / 100, 100);

/** The numbers of statfs(2) about its room. Some file systems do not report inodes: then there are 0. */
type FileSystemRoom = Pick<StatsFs, 'bsize' | 'bavail' | 'blocks' | 'ffree' | 'files'>;

/** Fails if there is no space for this many bytes below a directory. */
export function requireRoom(directory: string, bytes: number, what: string): void {
  const room = roomBelow(directory);
  if (room >= bytes) return;
  const message = `${what} takes ${megabytes(bytes)}, and the file system of ${directory} has ${megabytes(Math.max(room, 0))} to spare`;
  throw new Failure(message, 'Make room there');
}

/**
 * Runs work that writes below a directory. When the space there is used up, aborts the work and fails: an archive
 * of a few megabytes may unpack to terabytes.
 */
export async function leavingRoom<T>(
  directory: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const watch = setInterval(() => {
    if (roomBelow(directory) < 0) end.abort();
  }, 250);
  try {
    const result = await work(end.signal);
    if (end.signal.aborted) throw noRoom(directory);
    return result;
  } catch (error) {
    throw end.signal.aborted ? noRoom(directory) : error;
  } finally {
    clearInterval(watch);
  }
}

export const noRoom = (directory: string): Failure =>
  new Failure(`the file system of ${directory} is full, except for a reserve`, 'Free some space there');

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
