// Commands for several guests: none waits for another one, and none fails for another one.
import { expect, test, vi } from 'vitest';
import { eachGuest } from '../../src/guestctl/each-guest.ts';
import { Failure } from '../../src/host/failure.ts';

const told: string[] = [];
vi.mock('../../src/host/tell.ts', () => ({ tell: (text: string) => told.push(text) }));

test('they are worked on at the same time', async () => {
  let begin: () => void = () => undefined;
  const secondHasBegun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  await eachGuest(['a', 'b'], async (guest) => (guest === 'a' ? secondHasBegun : begin()));
});

test('one that fails keeps none of the others from it, and all failures are told', async () => {
  told.length = 0;
  const done: string[] = [];
  const work = async (guest: string) => {
    if (guest === 'b') done.push(guest);
    else throw new Failure(`${guest} did not start`, 'Look');
  };
  await expect(eachGuest(['a', 'b', 'c'], work)).rejects.toThrow('c did not start');
  expect(done).toEqual(['b']);
  expect(told).toEqual(['a did not start. Look']);
});

test('a bug is not told as a failure', async () => {
  await expect(eachGuest(['a'], () => Promise.reject(new TypeError('bug')))).rejects.toThrow(TypeError);
});
