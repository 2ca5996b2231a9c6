// Locks that a helper holds for us, and what it removes when we end.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { lockOne, lockWithin, tryLock } from '../../src/host/flock.ts';

const directory = mkdtempSync(`${tmpdir()}/flock-`);
const file = `${directory}/lock`;
afterAll(() => rmSync(directory, { recursive: true }));

test('a lock is held by one, and the next one waits for it', async () => {
  const release = await tryLock(file);
  expect(await tryLock(file)).toBeUndefined();
  const next = lockWithin(60, file, () => {});
  await release?.();
  const released = await next;
  expect(released).toBeDefined();
  await released?.();
});

test('who waits for long says so', async () => {
  const release = await tryLock(file);
  let next: ReturnType<typeof lockWithin> | undefined;
  await new Promise<void>((waits) => {
    next = lockWithin(60, file, waits);
  });
  await release?.();
  await (await next)?.();
});

test('the scratch directory is removed before the lock is free, however its owner ends', async () => {
  const [scratch, lock] = [`${directory}/scratch`, `${directory}/other`];
  mkdirSync(`${scratch}/a/b`, { recursive: true });
  // The end of a killed process closes the pipe, too.
  const release = await tryLock(lock, scratch);
  await sleep(50);
  expect(existsSync(scratch)).toBe(true);
  await release?.();
  const next = await lockWithin(60, lock, () => {});
  expect([next !== undefined, existsSync(scratch)]).toEqual([true, false]);
  await next?.();
});

test('nobody else can lock the file', async () => {
  const release = await tryLock(`${directory}/private`);
  expect(statSync(`${directory}/private`).mode & 0o777).toBe(0o600);
  await release?.();
});

// As on a disk that is full, or read-only. Who waits for such a lock would wait for ever.
test('a file that cannot be made is told, and not waited for', async () => {
  const missing = `${directory}/missing/lock`;
  const why = new RegExp(`^Cannot lock ${missing}: flock failed \\(exit code \\d+\\)$`);
  await expect(tryLock(missing)).rejects.toThrow(why);
  await expect(lockWithin(60, missing, () => {})).rejects.toThrow(why);
  const release = await tryLock(file);
  await expect(lockOne([missing, file])).rejects.toThrow(why);
  await release?.();
  // The wait for the other one is given up.
  const next = await lockWithin(60, file, () => {});
  expect(next).toBeDefined();
  await next?.();
});
