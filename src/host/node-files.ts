import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type Files, largestFile } from '../config/file-port.ts';
import { codeOf, Failure } from './failure.ts';
import { makeDirectories } from './make-directories.ts';
import { writeFile } from './write-file.ts';

/** The file system port, on Node. */
export const nodeFiles: Files = {
  list: (directory) => unlessMissing(() => readdirSync(directory)) ?? [],
  read: (file) => unlessMissing(() => readRegular(file)),
  write(file, text) {
    makeDirectories(dirname(file));
    writeFile(file, text);
  },
  link(target, path) {
    try {
      symlinkSync(target, path);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EEXIST') return;
      if (code !== 'ENOENT') throw error;
      makeDirectories(dirname(path));
      symlinkSync(target, path);
    }
  },
};

/** Reads a regular file: a pipe or a device could block for ever. /dev/null counts as empty, because it masks files. */
function readRegular(file: string): string {
  const stat = statSync(file);
  if (stat.isCharacterDevice() && stat.rdev === statSync('/dev/null').rdev) return '';
  // Files that the kernel generates, such as the hostname, have size 0.
  if (!stat.isFile() || stat.size > largestFile) throw new Error('it is not a text file');
  return readFileSync(file, 'utf8');
}

/**
 * Reads a file that a guest may have put there; undefined if it is missing. Throws, and waits for nothing, if it is a link, a
 * pipe, or larger than any such file is.
 */
export const readRegularFile = (path: string, largest = largestFile): string | undefined =>
  readRegularBytes(path, largest)?.toString();

/** Does the same with a file that is no text. */
export function readRegularBytes(path: string, largest: number): Buffer | undefined {
  // Opening a pipe without O_NONBLOCK waits until somebody writes to it.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  let descriptor: number | undefined;
  try {
    descriptor = unlessMissing(() => openSync(path, flags));
    if (descriptor === undefined) return undefined;
    const stat = fstatSync(descriptor);
    if (stat.isFile() && stat.size <= largest) return readFileSync(descriptor);
  } catch (error) {
    // ELOOP is a link, ENXIO a socket.
    if (!['ELOOP', 'ENXIO'].includes(codeOf(error) ?? '')) throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  throw new Failure(`${path} is not a text file`);
}

/** Returns undefined on ENOENT and ENOTDIR; throws other errors. For files that rarely exist call isThere() first: throwing is slow. */
export function unlessMissing<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** Returns true if a path exists, without the cost of an exception. */
export const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;
