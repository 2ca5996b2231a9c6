// Reads files that a guest may have replaced by something else.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { unlessMissing } from './node-files.ts';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;

/**
 * Reads a text file. Returns undefined if it is missing, larger than `most` bytes, or no regular file: a link is not followed, and
 * a pipe or a device is not waited for. Its directory is the caller's business.
 */
export function readRegularFile(file: string, most: number): string | undefined {
  const descriptor = unlessMissing(() => openNoLink(file));
  if (descriptor === undefined) return undefined;
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.size > most) return undefined;
    const bytes = Buffer.alloc(stat.size);
    let read = 0;
    while (read < bytes.length) {
      const count = readSync(descriptor, bytes, read, bytes.length - read, null);
      if (count === 0) break;
      read += count;
    }
    return bytes.subarray(0, read).toString();
  } finally {
    closeSync(descriptor);
  }
}

function openNoLink(file: string): number | undefined {
  try {
    return openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  } catch (error) {
    // A link, a socket, a device without a driver.
    if (['ELOOP', 'ENXIO', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
