import type { Guest } from '../config/guest.ts';
import { enableUnits, switchTimerUnit, timerUnit } from '../host/systemctl.ts';
import { driver } from '../machine/driver.ts';
import type { Manifest } from './transfer/manifest.ts';

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
export async function enableGuest(guest: Guest, now: boolean): Promise<string[]> {
  const { name } = guest;
  const timers = hasWindow(guest) ? [timerUnit(name), switchTimerUnit(name)] : [timerUnit(name)];
  await enableUnits(driver.unitsAtBoot(name));
  await enableUnits(timers, ...(now ? ['--now'] : []));
  return timers;
}

/** True if its file declares a maintenance window. */
export const hasWindow = ({ values }: Guest): boolean => values.all('Update', 'SwitchOnCalendar').length > 0;

/** Returns the command that enables of a guest what was enabled on the host that it comes from. */
export function enableWords(guest: Guest, enabled: Manifest['enabled']): string {
  const { name } = guest;
  const isAll = enabled.includes('guest') && enabled.includes('update');
  if (isAll && enabled.includes('switch') === hasWindow(guest)) return `guestctl enable --now ${name}`;
  const units = {
    guest: driver.unitsAtBoot(name),
    update: [timerUnit(name)],
    switch: [switchTimerUnit(name)],
  };
  // With --now, the units of the guest would start all machines that are enabled.
  const now = enabled.includes('guest') ? '' : ' --now';
  return `systemctl enable${now} ${enabled.flatMap((one) => units[one]).join(' ')}`;
}
