import { microseconds } from '../config/quantity.ts';
import { showUnits } from './systemctl.ts';

/**
 * Corrects what the environment says of the timer that started this service, or removes it if somebody started it by hand. systemd
 * keeps saying what started the service first since it was loaded [T 252, 257, 262], and timers that run keep it loaded.
 */
export async function correctTrigger(unit: string, env = process.env): Promise<void> {
  const { TRIGGER_UNIT: said, TRIGGER_TIMER_MONOTONIC_USEC: elapsed } = env;
  if (said === undefined) return;
  const [shown = {}] = await showUnits(
    [unit],
    ['InactiveExitTimestampMonotonic', 'InactiveEnterTimestampMonotonic', 'TriggeredBy'],
  );
  const timers = (shown['TriggeredBy'] ?? '').split(' ').filter((name) => name.endsWith('.timer'));
  const loaded = await showUnits(timers, ['Id', 'LastTriggerUSecMonotonic']);
  const last = loaded.map(({ Id = '', LastTriggerUSecMonotonic = '' }): Elapse => {
    return { timer: Id, elapsed: String(microseconds(LastTriggerUSecMonotonic) ?? 0) };
  });
  const by = startedBy(
    // What it says is true of the first start. The timer may have elapsed again since, or be no longer loaded.
    [{ timer: said, elapsed }, ...last],
    shown['InactiveExitTimestampMonotonic'],
    shown['InactiveEnterTimestampMonotonic'],
  );
  if (by === undefined) delete env['TRIGGER_UNIT'];
  else env['TRIGGER_UNIT'] = by;
}

/** When a timer elapsed last, in microseconds of the monotonic clock. `0` if it never did, undefined if systemd does not say. */
export interface Elapse {
  readonly timer: string;
  readonly elapsed: string | undefined;
}

/**
 * Returns the timer that started a service, if one did. `started` and `ended`: when it last left, and entered, the inactive state;
 * `ended` is of the run before. systemd keeps only the last time of a timer: one that elapses again before the service asks
 * is not found.
 */
export const startedBy = (
  timers: readonly Elapse[],
  started: string | undefined,
  ended: string | undefined,
): string | undefined =>
  timers
    .filter(({ elapsed }) => elapsed !== '0' && !(Number(elapsed) > Number(started)))
    .filter(({ elapsed }) => !isStale(elapsed, started, ended))
    .reduce<Elapse | undefined>((a, b) => (a && Number(a.elapsed) > Number(b.elapsed) ? a : b), undefined)
    ?.timer;

/**
 * True if a service was started much later than a timer elapsed, and has ended in between, all in microseconds. systemd starts it at
 * once, or after what keeps it busy, such as a daemon-reload.
 */
export const isStale = (
  elapsed: string | undefined,
  started: string | undefined,
  ended: string | undefined,
): boolean => Number(started) - Number(elapsed) > tolerance && Number(ended) > Number(elapsed);

const tolerance = 2_000_000;
