import type { Writable } from 'node:stream';

/**
 * Writes a stream to the input of a program, and reads the stream to its end. A program may exit before it has read all of its
 * input, as tar(1) does at the end of an archive: the rest is then dropped. If the program has failed, `ended` rejects, and so
 * does this.
 */
export async function feed(
  stream: AsyncIterable<Buffer>,
  input: Writable,
  ended: Promise<void>,
): Promise<void> {
  // The exit code tells more than EPIPE.
  input.on('error', () => undefined);
  try {
    for await (const chunk of stream)
      if (!input.writable) await ended;
      else if (!input.write(chunk) && !input.closed) await drained(input);
  } finally {
    // Also if the stream is damaged: the program must not wait for more.
    input.end();
  }
}

/** Waits until a stream takes more, or is closed. */
function drained(input: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      input.off('drain', done);
      input.off('close', done);
      resolve();
    };
    input.on('drain', done);
    input.on('close', done);
  });
}
