// Standard output. Node takes 8 ms to create process.stdout, which only a terminal needs.
import { fstatSync, writeSync } from 'node:fs';
import { codeOf } from '../host/failure.ts';

/** Returns standard output if it is a terminal. */
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
    // The pipe is full and non-blocking: Node's stream waits without blocking others.
    process.stdout.on('error', () => process.exit()).write(bytes.subarray(written));
  }
}
