// Standard output. Node takes 8 ms to make its process.stdout, of which only a terminal needs anything.
import { fstatSync, writeSync } from 'node:fs';
import { codeOf } from '../host/failure.ts';

/** Standard output where that is a terminal. */
export const terminal = (): NodeJS.WriteStream | undefined =>
  fstatSync(1).isCharacterDevice() && process.stdout.isTTY ? process.stdout : undefined;

export function writeOut(text: string): void {
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written);
  } catch (error) {
    const code = codeOf(error);
    // `guestctl list | head -1` is no error.
    if (code === 'EPIPE') process.exit();
    if (code !== 'EAGAIN') throw error;
    // It is full, and others who have it open do not want to wait: Node's waits without them.
    process.stdout.on('error', () => process.exit()).write(bytes.subarray(written));
  }
}
