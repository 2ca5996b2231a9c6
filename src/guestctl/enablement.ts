import type { Guest } from '../config/guest.ts';
import { enableUnits, guestUnit, switchTimerUnit, timerUnit } from '../host/systemctl.ts';

/** Returns all units of a guest that can be enabled. */
export const enableable = (name: string): string[] => [
  guestUnit(name),
  timerUnit(name),
  switchTimerUnit(name),
];

/**
 * Starts a guest whenever the host boots, and enables its timers: of its updates, and of its maintenance window if its file
 * declares one. `now` also starts the timers. Returns the timers.
 */
export async function enableGuest({ name, values }: Guest, now: boolean): Promise<string[]> {
  const hasWindow = values.all('Update', 'SwitchOnCalendar').length > 0;
  const timers = hasWindow ? [timerUnit(name), switchTimerUnit(name)] : [timerUnit(name)];
  // As machinectl(1) does: without the target, no machine starts with the host.
  await enableUnits([guestUnit(name), 'machines.target']);
  await enableUnits(timers, ...(now ? ['--now'] : []));
  return timers;
}
