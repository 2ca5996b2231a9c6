import type { Guest } from '../config/guest.ts';
import { enableUnits, switchTimerUnit, timerUnit } from '../host/systemctl.ts';
import { driver } from '../machine/driver.ts';

/** Returns all units of a guest that can be enabled. */
export const enableable = (name: string): string[] => [
  driver.unit(name),
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
  await enableUnits(driver.unitsAtBoot(name));
  await enableUnits(timers, ...(now ? ['--now'] : []));
  return timers;
}
