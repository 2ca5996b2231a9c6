import { expect, test } from 'vitest';
import { interruptible } from '../../src/guestctl/interruption.ts';

const handlers = (): number => process.listenerCount('SIGTERM');

test('a signal ends the work at its next check, and calls what ends the rest', async () => {
  const before = handlers();
  const done: string[] = [];
  const work = interruptible(
    async (check) => {
      try {
        check();
        process.emit('SIGTERM', 'SIGTERM');
        check();
        done.push('went on');
      } finally {
        await Promise.resolve();
        done.push(`cleaned up with ${handlers() - before} handler`);
      }
    },
    () => done.push('stopped what does not end by itself'),
  );
  await expect(work).rejects.toThrow('Interrupted (SIGTERM)');
  expect(done).toEqual(['stopped what does not end by itself', 'cleaned up with 1 handler']);
  expect(handlers()).toBe(before);
});

test('work that was completed in spite of a signal fails', async () => {
  const work = interruptible(async () => {
    process.emit('SIGHUP', 'SIGHUP');
  });
  await expect(work).rejects.toThrow('Interrupted (SIGHUP)');
});
