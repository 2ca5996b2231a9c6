import { showUnits } from './systemctl.ts';

/**
 * Removes what the environment says of a timer, if that has started an earlier run of this service. systemd says it again of each
 * start, also of one by hand, for as long as the unit stays loaded [T 252, 257].
 */
export async function dropStaleTrigger(unit: string, env = process.env): Promise<void> {
  if (env['TRIGGER_UNIT'] === undefined) return;
  const [shown] = await showUnits(
    [unit],
    ['InactiveExitTimestampMonotonic', 'InactiveEnterTimestampMonotonic'],
  );
  const started = shown?.['InactiveExitTimestampMonotonic'];
  const ended = shown?.['InactiveEnterTimestampMonotonic'];
  if (isStale(env['TRIGGER_TIMER_MONOTONIC_USEC'], started, ended)) delete env['TRIGGER_UNIT'];
}

/**
 * True if a service was started much later than its timer elapsed, and has ended in between, all in microseconds. systemd starts it at
 * once, or after what keeps it busy, such as a daemon-reload.
 */
export const isStale = (
  elapsed: string | undefined,
  started: string | undefined,
  ended: string | undefined,
): boolean => Number(started) - Number(elapsed) > tolerance && Number(ended) > Number(elapsed);

const tolerance = 2_000_000;
