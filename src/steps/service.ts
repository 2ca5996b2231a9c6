import type { Guest } from '../config/guest.ts';
import { explainAny, Failure } from '../host/failure.ts';
import { correctTrigger } from '../host/started-by.ts';
import { NoAnswer } from '../host/systemctl.ts';
import { requireKnown } from '../machine/known-to-systemd.ts';
import { isUndeclared, requireGuest } from '../state/declared.ts';
import { findLock } from '../state/fleet-lock.ts';
import { complain } from '../state/report.ts';
import { DamagedState } from '../state/state-file.ts';
import { damagedState } from '../state/state-files.ts';
import { requirePrivateRun } from './update/private-run.ts';

/** Runs the work of a service on the guest on its command line; a failure becomes its last message. */
export const serviceMain = (
  unit: (guest: string) => string,
  work: (guest: Guest) => Promise<void>,
  { startsAnyway = false } = {},
): Promise<void> => runService(unit, requireGuest, (guest) => workOn(guest, work, startsAnyway));

/** Like serviceMain(), for services that also give back the lock of a guest whose file was removed by hand. */
export const lockServiceMain = (
  unit: (guest: string) => string,
  work: (guest: Guest) => Promise<void>,
  giveBack: (name: string) => Promise<void>,
): Promise<void> =>
  runService(
    unit,
    (name) => (findLock(name) && isUndeclared(name) ? name : requireGuest(name)),
    (found) => (typeof found === 'string' ? giveBack(found) : workOn(found, work)),
  );

async function workOn(
  guest: Guest,
  work: (guest: Guest) => Promise<void>,
  startsAnyway = false,
): Promise<void> {
  await requireKnown(guest.name);
  const damaged = damagedState(guest.name);
  // The boot step always continues; other steps refuse state of a newer version.
  const newer = damaged.find(({ isNewer }) => isNewer);
  if (newer && !startsAnyway) throw new DamagedState(newer);
  for (const { message, remedy } of damaged) complain(`${message}. ${remedy}`);
  await work(guest);
}

/**
 * EX_SOFTWARE of sysexits.h, as systemd prints it: the program ended before its work was done. It may be done the next time, unlike
 * after a failure that a user has to act on.
 */
const unfinished = 70;

/** Like serviceMain(), for guests and builds. */
export async function runService<T>(
  unit: (name: string) => string,
  find: (name: string) => T,
  work: (found: T) => Promise<void>,
): Promise<void> {
  const [name] = process.argv.slice(2);
  // Node exits with 0 when its event loop drains, even with work pending. Assume failure until done.
  process.exitCode = unfinished;
  try {
    if (name === undefined) throw new Failure('No name was given', `Run: systemctl start ${unit('NAME')}`);
    const found = find(name);
    requirePrivateRun(unit(name));
    await correctTrigger(unit(name));
    await work(found);
    if (process.exitCode === unfinished) process.exitCode = 0;
  } catch (error) {
    complain(explainAny(error));
    process.exitCode = error instanceof Failure && !(error instanceof NoAnswer) ? 1 : unfinished;
  }
}
