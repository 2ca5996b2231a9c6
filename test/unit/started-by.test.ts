// Which timer started a service, as far as systemd still knows. What is decided of that is in history.test.ts.
import { expect, test, vi } from 'vitest';
import { correctTrigger } from '../../src/host/started-by.ts';

/** What systemd shows of the service, and of each of its timers. */
const shown = vi.hoisted(() => ({ units: {} as Record<string, Record<string, string>> }));
vi.mock('../../src/host/systemctl.ts', () => ({
  showUnits: async (names: readonly string[]) => names.map((name) => shown.units[name]),
}));

const service = (timers: string) => ({
  InactiveExitTimestampMonotonic: '9000000',
  InactiveEnterTimestampMonotonic: '3000000',
  TriggeredBy: timers,
});
const timer = (last: string) => ({ Id: 'lock.timer', LastTriggerUSecMonotonic: last });

test.each([
  ['elapsed last when it was started', '1', timer('8.998s'), 'lock.timer'],
  ['started it first, and has elapsed again since', '8998000', timer('9.998s'), 'lock.timer'],
  ['started it first, and is no longer loaded', '8998000', undefined, 'lock.timer'],
  ['elapsed before it was started by hand', '1', timer('1s'), undefined],
])('the timer that %s', async (_, first, last, by) => {
  shown.units = {
    'switch.service': service(last ? 'lock.timer' : ''),
    ...(last && { 'lock.timer': last }),
  };
  const env = { TRIGGER_UNIT: 'lock.timer', TRIGGER_TIMER_MONOTONIC_USEC: first };
  await correctTrigger('switch.service', env);
  expect(env).toEqual({ ...(by && { TRIGGER_UNIT: by }), TRIGGER_TIMER_MONOTONIC_USEC: first });
});
