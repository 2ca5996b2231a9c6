// The input of a program that may exit before it has read everything.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { feed } from '../../src/guestctl/transfer/feed.ts';
import { exitOf } from '../../src/guestctl/transfer/pack.ts';

/** Feeds a program with chunks; after the first one, the others come only when its input is closed. */
async function fed(script: string, isLate: boolean): Promise<number> {
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = exitOf('sh', child);
  const closed = once(child, 'exit');
  let passed = 0;
  async function* chunks(): AsyncGenerator<Buffer> {
    for (; passed < 50; passed++) {
      if (isLate && passed === 1) await closed;
      yield Buffer.alloc(100_000);
    }
  }
  await Promise.all([feed(chunks(), child.stdin, ended), ended]);
  return passed;
}

test.each([
  ['reads all', 'cat', false],
  ['exits while more is written', 'head -c 1', false],
  ['exits before more is written', 'head -c 1', true],
])('a stream is read to its end by a program that %s', async (_, script, isLate) => {
  expect(await fed(script, isLate)).toBe(50);
});

test('a program does not wait for more of a stream that fails', async () => {
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = exitOf('cat', child);
  async function* damaged(): AsyncGenerator<Buffer> {
    yield Buffer.alloc(10);
    throw new Error('damaged');
  }
  await expect(feed(damaged(), child.stdin, ended)).rejects.toThrow('damaged');
  await ended;
});

test('a stream is not read to its end if the program fails', async () => {
  await expect(fed('exit 3', true)).rejects.toThrow('sh failed (exit code 3)');
});
