import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../host/clock.ts';
import { Failure } from '../host/failure.ts';
import { bootUnit, isDown, type Properties, showUnits } from '../host/systemctl.ts';
import { driver } from './driver.ts';

/**
 * How long a guest may take to shut down and to boot, in milliseconds: as long as its unit may take for both. Its boot step has a limit
 * of its own.
 */
const patience = 11 * 60_000;

/** Asks a running guest to reboot, and waits until it is up again. Fails if it does not come up. */
export async function reboot(name: string): Promise<void> {
  const look = async (): Promise<Properties[]> => showUnits([driver.unit(name), bootUnit(name)], shown);
  const [before = {}] = await look();
  await driver.reboot(name);
  for (let begun = now(); now() - begun < patience; await sleep(300)) {
    const [unit = {}, step] = await look();
    const state = rebootState(before, unit);
    if (step?.['ActiveState'] === 'activating') begun = now();
    if (state === 'up') return;
    if (state === 'down') throw new Failure(`${name} did not start again`, `See: guestctl logs ${name}`);
  }
  throw new Failure(
    `${name} has not rebooted for ${patience / 60_000} min`,
    `Restart it: guestctl restart ${name}`,
  );
}

const shown = ['ActiveState', 'SubState', 'InvocationID', 'Job'] as const;

/** Judges the unit of a guest that was asked to reboot, by its properties before and now. */
export function rebootState(before: Properties, unit: Properties): 'going on' | 'up' | 'down' {
  const { ActiveState: state, SubState: sub = '', InvocationID: run, Job: job } = unit;
  if (state === 'active') return run === before['InvocationID'] ? 'going on' : 'up';
  // Between the shutdown and the start the unit waits for its restart. In systemd 252 it is inactive when its start is queued.
  if (job || sub.startsWith('auto-restart')) return 'going on';
  return isDown(state) ? 'down' : 'going on';
}
