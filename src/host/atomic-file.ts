import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file so that a power cut leaves the old or the new content, never less. Keeps mode and owner of the old file; a new
 * one gets `mode`.
 */
export function writeAtomically(file: string, text: string, mode = 0o644): void {
  const directory = dirname(file);
  mkdirSync(directory, { recursive: true });
  const temporary = `${file}.new`;
  try {
    writeAndSync(temporary, text, statSync(file, { throwIfNoEntry: false }) ?? { mode });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(directory);
}

interface Access {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

function writeAndSync(file: string, text: string, { mode, uid, gid }: Access): void {
  // One that a killed process left may have another mode.
  rmSync(file, { force: true });
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    if (uid !== undefined && gid !== undefined) fchownSync(descriptor, uid, gid);
    fchmodSync(descriptor, mode & 0o7777);
    // write(2) may write only a part if the disk gets full.
    for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(descriptor, rest));
    fsyncSync(descriptor);
  } catch (error) {
    // Node has only a descriptor, so its error has no path.
    throw error instanceof Error ? Object.assign(error, { path: file }) : error;
  } finally {
    closeSync(descriptor);
  }
}

/** Flushes renames and removals in a directory to disk. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
