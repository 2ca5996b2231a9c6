// The state of guests, by their units on the host.
import { Failure } from '../host/failure.ts';
import {
  activeStates,
  assessUnit,
  bootUnit,
  isDown,
  lockTimerUnit,
  lockUnit,
  maintenanceUnit,
  type Properties,
  rehearsalUnit,
  rehearseUnit,
  resetFailed,
  showUnits,
  startAgainUnit,
  stopUnit,
  switchTimerUnit,
  switchUnit,
  tidyUnit,
  timerUnit,
  updateUnit,
} from '../host/systemctl.ts';
import { driver } from './driver.ts';
import type { Users } from './machine.ts';
import { wasStopped } from './start-mark.ts';

/** Returns the unit of a guest, and those of its steps. */
export const unitsOfGuest = (guest: string): string[] =>
  [driver.unit, bootUnit, updateUnit, switchUnit, assessUnit, lockUnit].map((unit) => unit(guest));

/** Returns all units that run a guest or work on it: its own, its steps, and what starts copies of it. Its own is first. */
export const servicesOfGuest = (guest: string): string[] => [
  ...unitsOfGuest(guest),
  ...[rehearseUnit, rehearsalUnit, maintenanceUnit, tidyUnit, startAgainUnit].map((unit) => unit(guest)),
];

/** Returns the timers of a guest: of its updates, of its maintenance window, and of a switch that waits for a lock. */
export const timersOfGuest = (guest: string): string[] =>
  [timerUnit, switchTimerUnit, lockTimerUnit].map((unit) => unit(guest));

/**
 * Stops everything that runs a guest, works on it, or would start that. Each can be stopped at any instant. One of them may have
 * begun to start another that was stopped before: so it stops all of them again until none is left.
 */
export async function stopAllOf(guest: string): Promise<void> {
  const [machine = '', ...steps] = servicesOfGuest(guest);
  const units = [...timersOfGuest(guest), ...steps, machine];
  let left: string | undefined = machine;
  for (let tries = 0; left !== undefined && tries < 5; tries += 1) {
    for (const unit of units) await stopUnit(unit);
    left = await firstLeft(units);
  }
  if (left !== undefined)
    throw new Failure(`${left} is started again and again`, `Find out by what: systemctl status ${left}`);
  // Else systemctl(1) lists those that have failed also without the guest, and the host counts as degraded.
  await resetFailed(...units, `ostree-guest-port@${guest}_*`);
}

/** Returns one of the units that runs, or is about to be started. */
async function firstLeft(units: readonly string[]): Promise<string | undefined> {
  const shown = await showUnits(units, ['Id', 'ActiveState', 'Job']);
  return shown.find(({ ActiveState, Job }) => Job || !isDown(ActiveState))?.['Id'];
}

/** Returns true if a guest runs or has not ended yet: its deployment must not be touched. */
export const isRunning = (guest: string): Promise<boolean> => hasBooted(driver.unit(guest));

/** Returns the same of a guest that may be up for maintenance only. */
export const isUp = async (guest: string): Promise<boolean> =>
  (await isRunning(guest)) || (await hasBooted(maintenanceUnit(guest)));

async function hasBooted(name: string): Promise<boolean> {
  const [unit] = await showUnits([name], ['ActiveState', 'SubState']);
  const state = unit?.['ActiveState'];
  // The boot step runs before the guest, while the unit is activating.
  if (state === 'activating') return !/^(condition|start-pre|auto-restart.*)$/.test(unit?.['SubState'] ?? '');
  return !isDown(state);
}

/** A start of a guest that waits for its boot step. */
export type Start = 'goes on' | 'stopped' | 'timed out';

/** Returns what has become of the start that the running boot step of a guest works for. */
export async function startOf(guest: string): Promise<Start> {
  const units = [driver.unit(guest), bootUnit(guest)];
  const [unit = {}, step = {}] = await showUnits(units, ['ActiveState', 'Result', ended, begun]);
  const state = startState(unit, step);
  return state === 'timed out' && wasStopped(guest) ? 'stopped' : state;
}

/** Judges a start by the properties of the unit of its guest, and of its boot step. */
export function startState(unit: Properties, step: Properties): Start {
  if (unit['ActiveState'] === 'activating') return 'goes on';
  const isOfThisStart = unit['ActiveState'] === 'deactivating' || Number(unit[ended]) > Number(step[begun]);
  return unit['Result'] === 'timeout' && isOfThisStart ? 'timed out' : 'stopped';
}

/** In microseconds, of the monotonic clock. */
const [ended, begun] = ['InactiveEnterTimestampMonotonic', 'InactiveExitTimestampMonotonic'];

/** Returns true if the guest is up, or starting, for maintenance only. */
export async function isMaintained(guest: string): Promise<boolean> {
  const [unit] = await showUnits([maintenanceUnit(guest)], ['ActiveState']);
  return !isDown(unit?.['ActiveState']);
}

/** Returns the users of those that run. Asks for all of them: a guest file may have changed since its guest was started. */
export async function usersOfRunning(guests: readonly string[]): Promise<Map<string, Users>> {
  const states = await activeStates([driver.unit('*')]);
  const running = guests.filter((guest) => isActive(states.get(driver.unit(guest))));
  return new Map(
    await Promise.all(running.map(async (guest) => [guest, await driver.users(guest)] as const)),
  );
}

const isActive = (state: string | undefined): boolean =>
  state === 'active' || state === 'deactivating' || state === 'reloading';
