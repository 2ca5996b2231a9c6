// Reads what `guestctl apply` has to do, and does it. plan.ts decides; the command tells what happens.
import type { Guest } from '../../config/guest.ts';
import { loadAll, loadGuest } from '../../config/load.ts';
import { explain, Failure } from '../../host/failure.ts';
import { unlessForbidden } from '../../host/is-root.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { reloadUnits } from '../../host/systemctl.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { requireGuest } from '../../state/declared.ts';
import { isWaitingForLock } from '../../state/fleet-lock.ts';
import { complain } from '../../state/report.ts';
import { readHold } from '../../steps/read-hold.ts';
import { readNext } from '../../steps/switch/read-state.ts';
import { refuseShared, whileDeclaring, writeDeclaration } from '../install-guest-file.ts';
import { withPlanned } from '../planned-files.ts';
import { UnappliedReader } from '../read-unapplied.ts';
import { problemsText } from '../screens/problems.ts';
import { type Unapplied, unappliedBetween } from '../unapplied.ts';
import { verifyAllOnHost } from '../verify/verify-files.ts';
import type { Declarations } from './input.ts';
import {
  type ApplyAction,
  actionsFor,
  affected,
  changedBuilds,
  type DeclarationChange,
  fileChanges,
  isBuiltBy,
  restartFor,
} from './plan.ts';

export interface AppliedGuest {
  readonly name: string;
  readonly actions: readonly ApplyAction[];
  /** Why the actions failed. */
  readonly failure: string | undefined;
}

export interface Applied {
  readonly files: readonly DeclarationChange[];
  /** True if systemd had to reload its units. */
  readonly reloads: boolean;
  readonly guests: readonly AppliedGuest[];
}

/** The steps of guests. Each tells what happens, and fails if its step does. */
export interface Steps {
  /** Returns true if the update was skipped, because what it offers failed before. */
  readonly update: (guest: string) => Promise<boolean>;
  readonly switchOver: (guest: string) => Promise<void>;
  readonly restart: (guest: Guest) => Promise<void>;
  /** Tells why the steps of a guest failed. The other guests are still done. */
  readonly tellFailure: (failure: string) => void;
}

/** Checks declarations, and returns what applying them would do. Changes nothing. */
export async function planApply(declarations: Declarations): Promise<Applied> {
  const files = fileChanges(declarations, nodeFiles);
  const overlay = withPlanned(new Map(files.map(({ path, text }) => [path, text])));
  const declared = loadAll(overlay);
  const wanted = affected([...declarations.keys()], declared);
  const problems = await verifyAllOnHost(wanted, declared, overlay);
  if (problems.length > 0) throw new Failure(`${problemsText(problems, overlay)}\nNothing was changed`);
  const changed = files.filter(({ change }) => change !== 'unchanged');
  const builds = changedBuilds(files, declared);
  const guests = guestsOf(wanted.guests, builds, declared.guests);
  const reader = unlessForbidden(() => new UnappliedReader());
  const planned = await Promise.all(guests.map((guest) => plannedFor(guest, builds, reader)));
  const needsReload = ({ name }: Guest) => unappliedNow(name, false, reader).some(({ reload }) => reload);
  const reloads = changed.length > 0 || guests.some(needsReload);
  return { files, reloads, guests: planned };
}

/** Puts declarations in place, and does what their guests need to follow them. Returns what was really done. */
export async function carryOut({ files, reloads, guests }: Applied, steps: Steps): Promise<Applied> {
  const changed = files.filter(({ change }) => change !== 'unchanged');
  if (changed.length > 0)
    await whileDeclaring(() => {
      refuseShared(new Map(changed.map(({ path, text }) => [path, text])));
      for (const { path, text } of changed) writeDeclaration(path, text);
    });
  if (reloads) await reloadUnits();
  const done: AppliedGuest[] = [];
  // One by one, so that what they print is not mixed.
  for (const one of guests) done.push(await act(one, steps));
  return { files, reloads, guests: done };
}

/** What a guest does not follow yet of its files in place. Nothing is known of one that is not declared, or without root. */
function unappliedNow(name: string, isUp: boolean, reader: UnappliedReader | undefined): Unapplied[] {
  if (!reader) return [];
  const checked = loadGuest(nodeFiles, name);
  if (!checked || 'broken' in checked) return [];
  return unlessForbidden(() => [reader.of(checked.guest, isUp)]) ?? [];
}

/** The guests that are declared here, and those whose tree comes from a build that has changed. */
function guestsOf(wanted: readonly Guest[], builds: readonly string[], declared: readonly Guest[]): Guest[] {
  const others = declared.filter(
    (guest) => isBuiltBy(guest, builds) && !wanted.some(({ name }) => name === guest.name),
  );
  return [...wanted, ...others];
}

/** Looks at a guest, and decides what it needs. */
async function plannedFor(
  guest: Guest,
  builds: readonly string[],
  reader: UnappliedReader | undefined,
): Promise<AppliedGuest> {
  const { name, sysroot } = guest;
  const isUp = await isRunning(name);
  const before = loadGuest(nodeFiles, name);
  const found = [
    ...unappliedNow(name, isUp, reader),
    unappliedBetween(before && 'guest' in before ? before.guest : undefined, guest),
  ];
  const actions = actionsFor({
    isCreated: unlessForbidden(() => listDeployments(sysroot).length > 0) ?? true,
    isRunning: isUp,
    needsUpdate: isBuiltBy(guest, builds) || found.some(({ update }) => update),
    needsRestart: found.some(({ reboot }) => reboot),
  });
  return { name, actions, failure: undefined };
}

/** Acts on a guest, and returns what was really done. */
async function act({ name, actions }: AppliedGuest, steps: Steps): Promise<AppliedGuest> {
  try {
    const isSkipped =
      (actions.includes('create') || actions.includes('update')) && (await steps.update(name));
    const isRestarted = actions.includes('restart') && (await restart(name, steps));
    const done = actions.filter((action) => action !== 'restart' || isRestarted);
    const failure = isSkipped ? `its update was rejected before: guestctl forgive ${name}` : undefined;
    return { name, actions: done, failure };
  } catch (error) {
    const failure = explain(error);
    if (failure === undefined) throw error;
    steps.tellFailure(failure);
    return { name, actions, failure };
  }
}

/** Restarts a guest, if it still has to be. Returns whether it was restarted. */
async function restart(name: string, steps: Steps): Promise<boolean> {
  const guest = requireGuest(name);
  const next = readNext(guest);
  const hasNewOptions = new UnappliedReader().of(guest, await isRunning(name)).reboot;
  const isHeld = (await readHold(guest, next.staged, complain)) !== undefined;
  const how = restartFor({ ...next, isHeld, hasNewOptions });
  if (how === 'leave') return false;
  if (how === 'switch') {
    await steps.switchOver(name);
    // Without a lock the guest runs on. A plain restart leaves the update.
    if (!isWaitingForLock(name)) return true;
    if (!hasNewOptions) return false;
  }
  await steps.restart(guest);
  return true;
}
