// Stops and restarts guests. What a guest that does not stop in time had not written is lost, so that whoever stops it is told.
import { stopTimedOut } from '../host/journal.ts';
import {
  assessUnit,
  isDown,
  restartUnit,
  restartUnlessStopped,
  showUnits,
  startAgainUnit,
  stopEnds,
  stopUnit,
  tryRestartUnit,
} from '../host/systemctl.ts';
import { driver } from './driver.ts';

/** Receives a warning if the guest did not stop in time and was killed. */
export type TellKilled = (warning: string) => void | Promise<void>;

/**
 * Shuts a guest down, and waits until it is stopped. First stops what starts a guest again that has crashed on trial, or that was
 * started too late: systemd notes nowhere that somebody stops what is down already. The next start is assessed again.
 */
export const stopGuest = (name: string, tellKilled: TellKilled): Promise<void> =>
  stopping(name, tellKilled, async (unit) => {
    for (const one of [assessUnit(name), startAgainUnit(name), unit]) await stopUnit(one);
  });

/** Shuts a guest down if it runs, starts it, and waits until it is up. */
export const restartGuest = (name: string, tellKilled: TellKilled): Promise<void> =>
  stopping(name, tellKilled, restartUnit);

/** Restarts a guest like restartGuest(), but fails if that would cancel a stop that somebody has asked for. */
export const restartGuestUnlessStopped = (name: string, tellKilled: TellKilled): Promise<void> =>
  stopping(name, tellKilled, restartUnlessStopped);

/** Restarts a guest if it runs, and waits until it is up. Fails if somebody has asked for a stop, and waits for the end of that. */
export const tryRestartGuest = (name: string, tellKilled: TellKilled): Promise<void> =>
  stopping(name, tellKilled, async (unit) => {
    try {
      await tryRestartUnit(unit);
    } catch (error) {
      await stopEnds(unit);
      throw error;
    }
  });

async function stopping(
  name: string,
  tellKilled: TellKilled,
  act: (unit: string) => Promise<void>,
): Promise<void> {
  const unit = driver.unit(name);
  const [before = {}] = await showUnits([unit], ['ActiveState', 'InvocationID']);
  try {
    await act(unit);
  } finally {
    const ran = !isDown(before['ActiveState']);
    if (ran && (await wasKilled(unit, before['InvocationID'] ?? ''))) await tellKilled(warningFor(name));
  }
}

async function wasKilled(unit: string, run: string): Promise<boolean> {
  const [now = {}] = await showUnits([unit], ['InvocationID', 'Result']);
  // Empty: systemd has forgotten the unit, which it never does with one that has failed.
  if (['', run].includes(now['InvocationID'] ?? '')) return now['Result'] === 'timeout';
  // It was started anew: only the journal has the result of the run before. Without a journal, nobody knows.
  return stopTimedOut(unit, run).catch(() => false);
}

const warningFor = (name: string): string =>
  `${name} did not stop in time and was killed; what it had not written is lost. See: guestctl logs ${name}; TimeoutStopSec= in [Service]`;
