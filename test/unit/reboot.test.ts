// What becomes of a guest that was asked to reboot, as its unit shows it.
import { expect, test, vi } from 'vitest';
import { startState } from '../../src/machine/guest-state.ts';
import { reboot, rebootState } from '../../src/machine/reboot.ts';

const { clock, looks } = vi.hoisted(() => ({
  /** In milliseconds. Each wait takes a minute. */
  clock: { now: 0 },
  /** What a look at the unit of the guest and at its boot step finds, one after the other; the last one stays. */
  looks: [] as Record<string, string>[][],
}));
vi.mock('../../src/machine/driver.ts', async () => ({ driver: (await import('./fake-driver.ts')).fake }));
vi.mock('../../src/host/systemctl.ts', async (original) => ({
  ...(await original<object>()),
  showUnits: async () => (looks.length > 1 ? looks.shift() : looks[0]),
}));
vi.mock('../../src/host/clock.ts', () => ({ now: () => clock.now }));
vi.mock('node:timers/promises', () => ({
  setTimeout: async () => {
    clock.now += 60_000;
  },
}));

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

const booting = { ActiveState: 'activating', SubState: 'start-pre', InvocationID: 'b' };
const active = { ...before, InvocationID: 'b' };

test('a reboot whose boot step takes an hour is waited for', async () => {
  const long = Array(60).fill([booting, { ActiveState: 'activating' }]);
  looks.splice(0, looks.length, [before, {}], ...long, [active, {}]);
  await reboot('mail');
});

test('one that does not come up is not', async () => {
  looks.splice(0, looks.length, [before, {}], [booting, { ActiveState: 'inactive' }]);
  await expect(reboot('mail')).rejects.toThrow('mail has not rebooted for 11 min');
});

const at = (ActiveState: string, Result: string, time: number) => ({
  ActiveState,
  Result,
  InactiveEnterTimestampMonotonic: String(time),
});

test.each([
  ['waits for it', at('activating', 'success', 5), 'goes on'],
  ['was stopped', at('inactive', 'success', 20), 'stopped'],
  ['was stopped, which systemd calls a failure', at('failed', 'signal', 20), 'stopped'],
  ['was stopped, after one that had taken too long', at('failed', 'timeout', 5), 'stopped'],
  ['has taken too long', at('failed', 'timeout', 20), 'timed out'],
  ['takes too long, and is being ended', at('deactivating', 'timeout', 5), 'timed out'],
])('when a boot step has ended, a start that %s', (_, unit, start) => {
  expect(startState(unit, { InactiveExitTimestampMonotonic: '10' })).toBe(start);
});
