import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { codeOf } from './failure.ts';
import { makeDirectories } from './make-directories.ts';
import { randomName } from './random-name.ts';
import { namingFile } from './write-file.ts';

/**
 * Replaces a file so that a power cut leaves the old or the new content, never less. Keeps mode and owner of the old file; a new
 * one gets `mode`.
 */
export function writeAtomically(file: string, content: string | Buffer, mode = 0o644): void {
  const directory = dirname(file);
  makeDirectories(directory);
  const temporary = `${file}.new`;
  try {
    writeAndSync(temporary, content, statSync(file, { throwIfNoEntry: false }) ?? { mode });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(directory);
}

/**
 * Makes a file with all of its content, unless there is one already. Returns true if it is ours: of two that make it at the same time,
 * one is told so. A power cut leaves the whole file, or none.
 */
export function createAtomically(file: string, text: string, mode = 0o644): boolean {
  const directory = dirname(file);
  makeDirectories(directory);
  // The name that systemd gives such files, too: nobody takes one that a killed process left for a guest file.
  const temporary = `${directory}/.#${basename(file)}${randomName()}`;
  try {
    writeAndSync(temporary, text, { mode });
    // Unlike rename(2), link(2) fails if the name is taken, also by a link that leads nowhere.
    linkSync(temporary, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  syncDirectory(directory);
  return true;
}

/** Makes or replaces a link by one rename. */
export function replaceLink(link: string, target: string): void {
  rmSync(`${link}.new`, { force: true });
  symlinkSync(target, `${link}.new`);
  renameSync(`${link}.new`, link);
}

interface Access {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

function writeAndSync(file: string, content: string | Buffer, { mode, uid, gid }: Access): void {
  // One that a killed process left may have another mode.
  rmSync(file, { force: true });
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    namingFile(file, () => {
      if (uid !== undefined && gid !== undefined) fchownSync(descriptor, uid, gid);
      fchmodSync(descriptor, mode & 0o7777);
      // write(2) may write only a part if the disk gets full.
      for (let rest = Buffer.from(content); rest.length > 0; )
        rest = rest.subarray(writeSync(descriptor, rest));
      fsyncSync(descriptor);
    });
  } finally {
    closeSync(descriptor);
  }
}

/** Flushes renames and removals in a directory to disk. */
export const syncDirectory = (directory: string): void => syncFile(directory);

/** Flushes the content of a file to disk. */
export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
