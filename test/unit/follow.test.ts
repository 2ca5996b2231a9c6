// What a terminal shows of a status below the steps that were printed.
import { expect, test } from 'vitest';
import { howFar, isSaidAgain } from '../../src/guestctl/follow.ts';

const steps = [{ MESSAGE: 'Building debian' }, { MESSAGE: 'Fetching x from y' }, {}];

test.each([
  ['Fetching x from y: 31%', '31%'],
  ['Building debian', ''],
  ['Waiting for another guest', 'Waiting for another guest'],
  ['', ''],
])('%j is shown as %j', (status, shown) => {
  expect(howFar(status, steps)).toBe(shown);
});

test.each([
  [{ MESSAGE: 'Fetching' }, false],
  [{ MESSAGE: 'x', OSTREE_GUEST_ACTION: 'update', OSTREE_GUEST_OUTCOME: 'failed' }, true],
  [{ MESSAGE: 'x', OSTREE_GUEST_ACTION: 'create', OSTREE_GUEST_OUTCOME: 'failed' }, true],
  [{ MESSAGE: 'x', OSTREE_GUEST_ACTION: 'update', OSTREE_GUEST_OUTCOME: 'staged' }, false],
  // The verdict on a trial comes from another service.
  [{ MESSAGE: 'x', OSTREE_GUEST_ACTION: 'switch', OSTREE_GUEST_OUTCOME: 'failed' }, false],
])('the entry %j is left out: %s', (entry, expected) => {
  expect(isSaidAgain(entry)).toBe(expected);
});
