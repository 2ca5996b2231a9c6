import type { Guest } from '../config/guest.ts';
import type { MaintenanceWindow } from '../config/policy.ts';
import { hasElapsed } from '../host/calendar.ts';
import { now, uptime } from '../host/clock.ts';
import { explainAny } from '../host/failure.ts';
import { timeWords } from '../host/time-words.ts';
import type { Checksum } from '../ostree/names.ts';
import { findLock } from '../state/fleet-lock.ts';
import { readRehearsal } from '../state/rehearsal.ts';
import { readReleased } from '../state/released.ts';
import { readStaged, type Staged } from '../state/staged.ts';
import { unlessDamaged } from '../state/state-file.ts';
import { type Hold, type HoldFacts, holdOf, mayWait, needsRehearsal, noHold } from './hold-rule.ts';

/**
 * Reads the facts for the rule. Asks systemd about the windows only if something is staged; what an update stages later waits. If
 * the windows cannot be read, no window is open.
 */
export async function readHoldFacts(
  { name, update }: Guest,
  warn: (text: string) => void,
): Promise<HoldFacts> {
  if (!mayWait(update)) return noHold;
  const at = now();
  const isStaged = unlessDamaged(() => readStaged(name)) !== undefined;
  const isInWindow = !update.window || (isStaged && (await isWindowOpen(update.window, at, warn)));
  const holdsLock = !update.fleetLock || findLock(name)?.isHeld === true;
  const released = unlessDamaged(() => readReleased(name));
  return { at, uptime: uptime(), isInWindow, released, rehearsed: lastRehearsed(name), holdsLock };
}

/** Returns the commit that was last rehearsed and found healthy. */
export const lastRehearsed = (guest: string): Checksum | undefined =>
  unlessDamaged(() => readRehearsal(guest))?.checksum;

/** True if a commit is still to be rehearsed before a start deploys it. */
export const waitsForRehearsal = ({ name, update }: Guest, checksum: Checksum): boolean =>
  needsRehearsal(checksum, { rehearsed: lastRehearsed(name) }, update);

/** True if the start of a guest may apply an update at this time. Warns if the windows cannot be read. */
export async function isWindowOpen(
  { begins, length }: MaintenanceWindow,
  at: number,
  warn: (text: string) => void,
): Promise<boolean> {
  try {
    return await hasElapsed(begins, length, at);
  } catch (error) {
    warn(`${explainAny(error)}. The staged update waits until they can be read`);
    return false;
  }
}

/** Returns why a switch does not apply the staged update, if it does not. The switch itself rehearses it, and asks for the lock. */
export async function readHold(
  guest: Guest,
  staged: Staged | undefined,
  warn: (text: string) => void,
): Promise<Hold | undefined> {
  const { notBefore, window } = guest.update;
  return staged && holdOf(staged, await readHoldFacts(guest, warn), { notBefore, window });
}

/** Returns why a start does not apply the staged update, if it does not. The start itself asks for the lock of FleetLock=. */
export async function readHoldOfStart(
  guest: Guest,
  staged: Staged | undefined,
  warn: (text: string) => void,
): Promise<Hold | undefined> {
  return staged && holdOf(staged, withLock(await readHoldFacts(guest, warn)), guest.update);
}

/** Says when an update is applied that is held back. Ends without a full stop. */
export function holdWords(hold: Hold): string {
  switch (hold.kind) {
    case 'age':
      return `it is applied from ${timeWords(new Date(hold.until))} (NotBefore=)`;
    case 'window':
      return 'it is applied in the next maintenance window (SwitchWindowSec=)';
    case 'rehearsal':
      return 'it is applied once it has been rehearsed (Rehearse=)';
    case 'lock':
      return 'it is applied at a start that gets a lock (FleetLock=)';
  }
}

/** The facts for a guest that has the lock, or is about to ask for it. */
export const withLock = (facts: HoldFacts): HoldFacts => ({ ...facts, holdsLock: true });
