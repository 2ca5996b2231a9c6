import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Replaces a file so that a power cut leaves the old or the new content, never less. */
export function writeAtomically(file: string, text: string): void {
  const directory = dirname(file);
  mkdirSync(directory, { recursive: true });
  const temporary = `${file}.new`;
  try {
    writeAndSync(temporary, text);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(directory);
}

function writeAndSync(file: string, text: string): void {
  const descriptor = openSync(file, 'w', 0o644);
  try {
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
