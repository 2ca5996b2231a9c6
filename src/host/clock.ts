/**
 * Returns the time in milliseconds since 1970, by the clock that the host had when this process started. Two of its answers
 * differ by the time that has passed, even if somebody sets the clock in between: use it for ages and deadlines.
 */
export const now = (): number => performance.timeOrigin + performance.now();

/** True if a time of another process lies less than `limit` milliseconds back. False if it is in the future: the clock was ahead then. */
export const isRecent = (time: number, limit: number, at = now()): boolean =>
  time <= at + tolerance && at - time < limit;

/** In milliseconds: clocks are slewed a little, and two processes round differently. */
const tolerance = 1000;
