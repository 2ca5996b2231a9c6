// Locks that a helper holds for us, and what it removes when we end.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { lockWithin, tryLock } from '../../src/host/flock.ts';

const directory = mkdtempSync(`${tmpdir()}/flock-`);
const file = `${directory}/lock`;
afterAll(() => rmSync(directory, { recursive: true }));

test('a lock is held by one, and the next one waits for it', async () => {
  const release = await tryLock(file);
  expect(await tryLock(file)).toBeUndefined();
  const next = lockWithin(60, file);
  await release?.();
  const released = await next;
  expect(released).toBeDefined();
  await released?.();
});

test('the scratch directory is removed before the lock is free, however its owner ends', async () => {
  const [scratch, lock] = [`${directory}/scratch`, `${directory}/other`];
  mkdirSync(`${scratch}/a/b`, { recursive: true });
  // The end of a killed process closes the pipe, too.
  const release = await tryLock(lock, scratch);
  await sleep(50);
  expect(existsSync(scratch)).toBe(true);
  await release?.();
  const next = await lockWithin(60, lock);
  expect([next !== undefined, existsSync(scratch)]).toEqual([true, false]);
  await next?.();
});
