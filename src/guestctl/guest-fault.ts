import type { Guest } from '../config/guest.ts';
import { excerpt } from '../config/problem.ts';
import { showUnits } from '../host/systemctl.ts';
import { driver } from '../machine/driver.ts';
import { hostSideOf, lackOfHost } from '../steps/assess/host-lack.ts';
import { startFault } from './start-fault.ts';

/** Why a guest has failed. */
export interface GuestFault {
  /** `lack`: what the host lacks. `error`: what was reported. `lastWords`: the last line on its console, and no error. */
  readonly kind: 'lack' | 'error' | 'lastWords';
  readonly text: string;
}

/** Says why a guest has failed, if it has; undefined if nobody knows, or if the journal cannot be read. */
export const guestFault = (guest: Guest): Promise<GuestFault | undefined> =>
  findFault(guest).catch(() => undefined);

async function findFault(guest: Guest): Promise<GuestFault | undefined> {
  const lack = await lackOfHost(hostSideOf(guest), true);
  if (lack !== undefined) return { kind: 'lack', text: excerpt(lack) };
  const { errors, lastWords } = await startFault(guest.name, await beginOfEnd(driver.unit(guest.name)));
  if (errors !== '') return { kind: 'error', text: errors };
  return lastWords === '' ? undefined : { kind: 'lastWords', text: excerpt(lastWords) };
}

/** How long before its end the reason of a failure may have been reported, in microseconds. */
const beforeTheEnd = 60e6;

/** Returns from when on the end of a unit was reported, in microseconds of the monotonic clock: not before its last run. */
async function beginOfEnd(unit: string): Promise<number> {
  const times = ['InactiveExitTimestampMonotonic', 'InactiveEnterTimestampMonotonic'];
  const [shown = {}] = await showUnits([unit], times);
  const [start, end] = times.map((key) => Number(shown[key]));
  return Math.max(start || 0, (end || 0) - beforeTheEnd);
}
