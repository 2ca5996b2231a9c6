// What becomes of a guest that was asked to reboot, as its unit shows it.
import { expect, test } from 'vitest';
import { rebootState } from '../../src/machine/reboot.ts';

const before = { ActiveState: 'active', SubState: 'running', InvocationID: 'a' };

test.each([
  ['it shuts down', before, 'going on'],
  ['it is stopping', { ...before, ActiveState: 'deactivating', SubState: 'stop-sigterm' }, 'going on'],
  ['it waits for its restart', { ActiveState: 'activating', SubState: 'auto-restart' }, 'going on'],
  ['it waits, by another name', { ActiveState: 'inactive', SubState: 'auto-restart-queued' }, 'going on'],
  ['its start is queued', { ActiveState: 'inactive', SubState: 'dead', Job: '417' }, 'going on'],
  ['its boot step runs', { ActiveState: 'activating', SubState: 'start-pre', InvocationID: 'b' }, 'going on'],
  ['it is up again', { ...before, InvocationID: 'b' }, 'up'],
  ['it was powered off', { ActiveState: 'inactive', SubState: 'dead', Job: '' }, 'down'],
  ['it failed', { ActiveState: 'failed', SubState: 'failed' }, 'down'],
])('when %s', (_, unit, state) => {
  expect(rebootState(before, unit)).toBe(state);
});
