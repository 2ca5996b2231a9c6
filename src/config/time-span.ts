/** Milliseconds in each unit of systemd.time(7), "Parsing Time Spans", by its short name. */
const unit: Readonly<Record<string, number>> = {
  ...{ usec: 0.001, us: 0.001, µs: 0.001, μs: 0.001, msec: 1, ms: 1 },
  ...{ seconds: 1e3, second: 1e3, sec: 1e3, s: 1e3, minutes: 6e4, minute: 6e4, min: 6e4, m: 6e4 },
  ...{ hours: 36e5, hour: 36e5, hr: 36e5, h: 36e5, days: 864e5, day: 864e5, d: 864e5 },
  ...{ weeks: 6048e5, week: 6048e5, w: 6048e5, months: 262980e4, month: 262980e4, M: 262980e4 },
  ...{ years: 3155760e4, year: 3155760e4, y: 3155760e4 },
};

/** A time span that has been checked, in milliseconds: `90`, `5min`, `1h 30min`. A bare number is seconds. */
export function milliseconds(span: string): number {
  const values = span.matchAll(/(\d+(?:\.\d+)?)\s*([a-zA-Zµμ]*)/g);
  return [...values].reduce((sum, [, value, name]) => sum + Number(value) * (unit[name || 's'] ?? 0), 0);
}
