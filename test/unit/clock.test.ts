// Ages and deadlines, whatever somebody does to the clock of the host.
import { expect, test, vi } from 'vitest';
import { byClockOf, isRecent, now, uptime } from '../../src/host/clock.ts';

const hour = 3_600_000;

test.each<[string, number, boolean]>([
  ['a minute ago', -60_000, true],
  ['just now, by a clock that was slewed a little', 500, true],
  ['longer ago than that', -2 * hour, false],
  ['in the future: the clock was ahead then, so nobody knows how old it is', 2 * hour, false],
])('of a result of %s, it is known whether it is recent', (_, offset, expected) => {
  expect(isRecent(Date.now() + offset, hour)).toBe(expected);
});

test('a clock that is set changes no duration', () => {
  const before = now();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 24 * hour });
  try {
    expect(now() - before).toBeLessThan(hour);
  } finally {
    vi.useRealTimers();
  }
});

test('the uptime of the host passes as its clock does, and the clock can be set', () => {
  const then = { time: Date.now(), uptime: uptime() };
  expect(then.uptime.elapsed).toBeGreaterThan(0);
  const later = { boot: then.uptime.boot, elapsed: then.uptime.elapsed + hour };
  expect(byClockOf({ time: then.time + hour, uptime: later }, then)).toBe(then.time);
  expect(byClockOf({ time: then.time + 5 * hour, uptime: later }, then)).toBe(then.time + 4 * hour);
  expect(byClockOf({ time: then.time - 5 * hour, uptime: later }, then)).toBe(then.time - 6 * hour);
});
