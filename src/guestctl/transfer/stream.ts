// The stream of an exported guest: a tar archive, and behind its end a second one with the SHA-256 of the first.
// tar(1) reads the first and ignores the rest. The stream may be compressed as a whole.
import { readSync, writeSync } from 'node:fs';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { startSha256 } from '../../host/digest.ts';
import { codeOf, Failure } from '../../host/failure.ts';

/** The directories and files in the archive. */
export const manifestName = 'manifest.json';
export const repositoryName = 'repo';
export const etcName = 'etc';
export const varName = 'var';

/** In bytes: a header, one block of data, and the two empty blocks that end an archive. */
const trailerSize = 4 * 512;
const memberName = 'SHA256';

/** How much of a stream has passed, in bytes. */
export type Tell = (bytes: number) => void;

/**
 * Passes on a tar archive from one descriptor to another, and returns its SHA-256. Reading and writing waits: that takes a third
 * of the processor time of Node's streams, which would be slower than tar(1).
 */
export async function passOn(archive: number, out: number, tell: Tell): Promise<string> {
  const hash = startSha256();
  const buffer = Buffer.allocUnsafeSlow(1 << 20);
  let [bytes, paused] = [0, 0];
  for (;;) {
    const length = readSync(archive, buffer, 0, buffer.length, null);
    if (length === 0) break;
    const chunk = buffer.subarray(0, length);
    hash.update(chunk);
    await writeAll(out, chunk);
    bytes += length;
    tell(bytes);
    if (bytes - paused < pauseAfter) continue;
    paused = bytes;
    // Timers and signals come now.
    await setImmediate();
  }
  return hash.digest('hex');
}

/** In bytes. */
const pauseAfter = 16 << 20;

/** Writes all of it to a descriptor, and waits for whoever reads it. */
export async function writeAll(out: number, chunk: Buffer): Promise<void> {
  for (let rest = chunk; rest.length > 0; )
    try {
      rest = rest.subarray(writeSync(out, rest));
    } catch (error) {
      // A pipe of somebody else, who has made it non-blocking, is full.
      if (codeOf(error) !== 'EAGAIN') throw error;
      await sleep(1);
    }
}

/** Passes on the tar archive of a stream. Fails at its end if the trailer is missing or wrong. */
export async function* withoutTrailer(stream: AsyncIterable<Buffer>, tell: Tell): AsyncGenerator<Buffer> {
  const hash = startSha256();
  let [bytes, held] = [0, Buffer.alloc(0)];
  for await (const chunk of stream) {
    const all = Buffer.concat([held, chunk]);
    const ready = all.subarray(0, Math.max(0, all.length - trailerSize));
    held = all.subarray(ready.length);
    if (ready.length === 0) continue;
    hash.update(ready);
    bytes += ready.length;
    tell(bytes);
    yield ready;
  }
  if (!held.equals(trailerOf(hash.digest('hex')))) throw damaged();
}

export const damaged = (): Failure =>
  new Failure(
    'The archive is cut off or damaged',
    'Nothing was imported. Export the guest again, or copy the file again',
  );

/**
 * Returns an archive with one file, the SHA-256 of the first archive: tar(5), ustar. No import takes a stream without it, so it
 * is written when it is certain that the first archive is complete and good.
 */
export function trailerOf(digest: string): Buffer {
  const block = Buffer.alloc(trailerSize);
  const text = `${digest}\n`;
  const fields: readonly (readonly [offset: number, text: string])[] = [
    [0, memberName],
    [100, '0000644\0'],
    [108, '0000000\0'],
    [116, '0000000\0'],
    [124, `${text.length.toString(8).padStart(11, '0')}\0`],
    [136, '00000000000\0'],
    // The sum is made with blanks in its own place.
    [148, '        '],
    [156, '0'],
    [257, 'ustar\x0000'],
    [512, text],
  ];
  for (const [offset, field] of fields) block.write(field, offset, 'latin1');
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
