import { readFileSync } from 'node:fs';

/**
 * Returns the time in milliseconds since 1970, by the clock that the host had when this process started. Two of its answers
 * differ by the time that has passed, even if somebody sets the clock in between: use it for ages and deadlines.
 */
export const now = (): number => performance.timeOrigin + performance.now();

/**
 * Returns the time in milliseconds since 1970 by the clock that the host has at this instant, for what is kept or shown, and to
 * compare with that. It may be set at any time: what is measured with it can be negative, or years.
 */
export const wallClock = (): number => Date.now();

/**
 * Returns the time of the monotonic clock in microseconds, as systemd and the journal have it: __MONOTONIC_TIMESTAMP in
 * systemd.journal-fields(7), properties such as ActiveEnterTimestampMonotonic.
 */
export const monotonic = (): number => Number(process.hrtime.bigint() / 1000n);

/** True if a time of another process lies less than `limit` milliseconds back. False if it is in the future: the clock was ahead then. */
export const isRecent = (time: number, limit: number, at = now()): boolean =>
  time <= at + tolerance && at - time < limit;

/** In milliseconds: clocks are slewed a little, and two processes round differently. */
const tolerance = 1000;

/** A time that does not depend on the clock of the host, but is known only until it boots again. */
export interface Uptime {
  /** The ID of a boot of the host. */
  readonly boot: string;
  /** Since that boot, in milliseconds, suspended or not. */
  readonly elapsed: number;
}

export function uptime(): Uptime {
  const read = (file: string) => readFileSync(`/proc/${file}`, 'utf8').trim();
  return { boot: read('sys/kernel/random/boot_id'), elapsed: Number(read('uptime').split(' ')[0]) * 1000 };
}

/** A time by the clock that the host had then, in milliseconds since 1970. */
export interface Moment {
  readonly time: number;
  readonly uptime?: Uptime | undefined;
}

/**
 * Returns when something happened by the clock that the host has `now`. The clock of a host without a battery is wrong until the network
 * is up. If the host was booted since, the clock of then counts.
 */
export function byClockOf(now: Moment, then: Moment): number {
  if (!now.uptime || now.uptime.boot !== then.uptime?.boot) return then.time;
  const time = now.time - (now.uptime.elapsed - then.uptime.elapsed);
  // Clocks are slewed a little.
  return Math.abs(time - then.time) < 10 * tolerance ? then.time : time;
}
