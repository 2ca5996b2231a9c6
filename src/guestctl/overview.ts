import { statSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { type Broken, type Guest, managesItself } from '../config/guest.ts';
import { type DeclaredGuests, loadGuests } from '../config/load.ts';
import { originName } from '../config/origin.ts';
import { isFull } from '../host/disk-room.ts';
import { enabledUnits } from '../host/enabled-units.ts';
import { explain } from '../host/failure.ts';
import { fewAtATime } from '../host/few-at-a-time.ts';
import { isForRootOnly } from '../host/is-root.ts';
import { lastMessages } from '../host/journal.ts';
import { nodeFiles } from '../host/node-files.ts';
import {
  activeStates,
  assessUnit,
  nextElapses,
  showUnits,
  switchTimerUnit,
  timerUnit,
  updateUnit,
} from '../host/systemctl.ts';
import { driver } from '../machine/driver.ts';
import { type Deployment, listDeployments, originOf, sourceOfOrigin } from '../ostree/deployments.ts';
import { type Lock, readLock } from '../state/fleet-lock.ts';
import { type Rejection, rejectedCommits } from '../state/rejected.ts';
import { type Rollback, readRollback } from '../state/rollback-request.ts';
import type { Staged } from '../state/staged.ts';
import { stagedHere, whatIsStaged } from '../state/staged-update.ts';
import { unlessDamaged } from '../state/state-file.ts';
import { damagedState, presentState, stateFiles } from '../state/state-files.ts';
import { readTrial, type Trial } from '../state/trial.ts';
import { readUndeployed, type Undeployed } from '../state/undeployed.ts';
import { hostSideOf } from '../steps/assess/host-lack.ts';
import { bootedRoot } from '../steps/boot/root-link.ts';
import { hasWindow } from './enablement.ts';
import { type GuestFault, guestFault } from './guest-fault.ts';
import { type Holding, holdingOf, withoutOpenWindows } from './holding.ts';
import { UnappliedReader } from './read-unapplied.ts';
import { nothingUnapplied, type Unapplied } from './unapplied.ts';

/** The facts about one guest that commands print. */
export interface Overview {
  readonly guest: Guest;
  /** The source of the default deployment of a guest that manages itself, if it differs from the guest file. */
  readonly rebased: string | undefined;
  /** The default deployment first. */
  readonly deployments: readonly Deployment[];
  /** The deployment that the guest runs from; undefined if it is stopped. */
  readonly running: Deployment | undefined;
  /** To be deployed at the next start. */
  readonly staged: Staged | undefined;
  /** What holds the staged update back now. */
  readonly hold: Holding | undefined;
  /** What a FleetLock server may have given to the guest: FleetLock=. */
  readonly lock: Lock | undefined;
  /** Why the last start could not deploy what is staged. */
  readonly undeployed: Undeployed | undefined;
  /** The request for another default deployment at the next start. */
  readonly rollback: Rollback | undefined;
  /** Of the default deployment. */
  readonly trial: Trial | undefined;
  /** Commits that failed. */
  readonly rejected: readonly Rejection[];
  /** The last of them, unless the guest has got another deployment or update since. */
  readonly rejection: Rejection | undefined;
  /** True if only root can read its files: then fields that need them are undefined or empty. */
  readonly isHidden: boolean;
  /** Which of its files cannot be read, and why. If it is the boot list, `deployments` is empty. */
  readonly damage: string | undefined;
  /** Changes of its file that it does not follow yet. */
  readonly unapplied: Unapplied;
  /** The ActiveState of the guest's unit, in words for machines. */
  readonly state: State;
  /** Why it has failed. */
  readonly fault: GuestFault | undefined;
  /** Set if it runs a deployment on trial, of which nothing can be said now. With the reason, for people, if that is known. */
  readonly unjudged: { readonly reason: string | undefined } | undefined;
  readonly since: Date | undefined;
  readonly update: {
    readonly state: 'running' | 'failed' | 'idle';
    /** Its last errors, if it failed. */
    readonly fault: string | undefined;
    /** The last progress report of the update service. */
    readonly status: string;
    readonly next: Date | undefined;
    /** When the next maintenance window begins: SwitchOnCalendar=. */
    readonly window: Date | undefined;
    readonly enabled: boolean;
    /** The timer of the maintenance window; undefined if no window is declared. */
    readonly windowEnabled: boolean | undefined;
  };
}

export type State = 'not created' | 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';

/** A guest whose file has mistakes. One that runs, runs on. */
export interface BrokenGuest {
  readonly broken: Broken;
  readonly state: State;
}

export interface Gathered {
  readonly overviews: readonly Overview[];
  readonly broken: readonly BrokenGuest[];
}

/** The overview of one guest. */
export async function overviewOf(guest: Guest): Promise<Overview> {
  const { overviews } = await gather(guest.name, () => ({ guests: [guest], broken: [] }), true);
  const [overview] = overviews;
  if (!overview) throw new Error(`${guest.name} was not looked at`);
  return overview;
}

/** Returns the overviews of all guests. Takes two processes if no update runs, and only its status text is needed. */
export const overviewOfAll = ({ shows }: { shows: boolean }): Promise<Gathered> =>
  gather('*', () => loadGuests(nodeFiles), shows);

/**
 * Gathers the overviews of any number of guests with two processes, and a third one for the status texts of units that are
 * not inactive, or only of updates that run: systemd loads each unit that is shown by name, and sends hundreds of properties.
 * Timers take the longest. Meanwhile files are read: state files after the states of the units,
 * so that the result of a finished update is never missing.
 */
async function gather(name: string, declared: () => DeclaredGuests, shows: boolean): Promise<Gathered> {
  const timers = nextElapses(timerUnit(name), switchTimerUnit(name));
  const [states, { guests, broken }] = await Promise.all([
    activeStates([driver.unit, updateUnit, assessUnit].map((unit) => unit(name))),
    // Start the processes first: reading keeps this thread busy.
    turn().then(declared),
  ]);
  const stateOfUnit = (unit: string) => states.get(unit) ?? 'inactive';
  const updating = new Set(guests.map(({ name }) => updateUnit(name)));
  const isUpdating = (unit: string) => updating.has(unit) && stateOfUnit(unit) === 'activating';
  const units = guests.flatMap(({ name }) => [driver.unit(name), updateUnit(name)]);
  const busy = units.filter((unit) => (shows ? stateOfUnit(unit) !== 'inactive' : isUpdating(unit)));
  const shown = await showUnits(busy, ['StatusText', 'ActiveEnterTimestamp']);
  const says = (unit: string) => shown[busy.indexOf(unit)];
  const unapplied = new UnappliedReader();
  const inFiles = guests.map((guest) => {
    const unit = driver.unit(guest.name);
    return {
      ...stateInFiles(guest, stateOfUnit(unit), unapplied),
      since: time(says(unit)?.['ActiveEnterTimestamp']),
    };
  });
  const found = await withoutOpenWindows(inFiles);
  const hasFailed = (unit: string) => stateOfUnit(unit) === 'failed';
  const faults = await faultsOf(shows ? found : [], hasFailed);
  const [next, enabled] = [await timers, enabledUnits()];
  const overviews = found.map((one): Overview => {
    const { name } = one.guest;
    const unit = updateUnit(name);
    const result = { state: updateState(stateOfUnit(unit)), fault: faults.ofUnits.get(unit) };
    const status = says(unit)?.['StatusText'] ?? '';
    return {
      ...one,
      fault: faults.ofGuests.get(name),
      unjudged: unjudgedOf(one, hasFailed, faults),
      update: { ...result, status, ...scheduleOf(one.guest, next, enabled) },
    };
  });
  const brokenGuests = broken.map((one) => ({
    broken: one,
    state: stateOf(stateOfUnit(driver.unit(one.name))),
  }));
  return { overviews, broken: brokenGuests };
}

/** Returns when the timers of a guest elapse next, and whether they are enabled. */
function scheduleOf(guest: Guest, next: ReadonlyMap<string, Date>, enabled: ReadonlySet<string>) {
  const [timer, window] = [timerUnit(guest.name), switchTimerUnit(guest.name)];
  return {
    next: next.get(timer),
    window: next.get(window),
    enabled: enabled.has(timer),
    windowEnabled: hasWindow(guest) ? enabled.has(window) : undefined,
  };
}

/** Why guests, and units of their steps, have failed. */
interface Faults {
  readonly ofGuests: ReadonlyMap<string, GuestFault | undefined>;
  readonly ofUnits: ReadonlyMap<string, string>;
}

/** Reads it in the journal. A journal that cannot be read hides nothing else. */
async function faultsOf(found: readonly InFiles[], hasFailed: (unit: string) => boolean): Promise<Faults> {
  const guests = found.filter(({ state }) => state === 'failed');
  const units = [
    ...found.map(({ guest: { name } }) => updateUnit(name)).filter(hasFailed),
    ...found.filter((one) => isUnjudged(one, hasFailed)).map(({ guest: { name } }) => assessUnit(name)),
  ];
  // For a sandbox that cannot be set up, systemd logs two.
  const faultOf = (unit: string) => lastMessages(unit, { lines: 2, onlyErrors: true }).catch(() => []);
  return {
    ofGuests: new Map(await fewAtATime(guests, async ({ guest }) => [guest.name, await guestFault(guest)])),
    ofUnits: new Map(await fewAtATime(units, async (unit) => [unit, (await faultOf(unit)).join('; ')])),
  };
}

/** True if a guest runs a deployment on trial, and the assessment has ended without a verdict. */
const isUnjudged = ({ guest, state, trial }: InFiles, hasFailed: (unit: string) => boolean): boolean =>
  state === 'running' && trial !== undefined && hasFailed(assessUnit(guest.name));

/** Says why nothing can be said of a deployment on trial that runs. */
function unjudgedOf(
  one: InFiles,
  hasFailed: (unit: string) => boolean,
  { ofUnits }: Faults,
): Overview['unjudged'] {
  const { guest, state, trial } = one;
  if (isUnjudged(one, hasFailed)) return { reason: ofUnits.get(assessUnit(guest.name)) };
  const full = state === 'running' && trial && hostSideOf(guest).writes.find(isFull);
  if (!full) return undefined;
  return {
    reason: `no fault of the deployment on trial counts while the file system of ${full} is full. Make room there`,
  };
}

type InFiles = Omit<Overview, 'since' | 'fault' | 'unjudged' | 'update'>;

/** Reads the state of a guest. If that fails, the guest is listed as damaged. */
function stateInFiles(guest: Guest, activeState: string, unapplied: UnappliedReader): InFiles {
  try {
    return readFiles(guest, activeState, unapplied);
  } catch (error) {
    const isHidden = isForRootOnly(error);
    const damage = isHidden ? undefined : explain(error);
    if (damage === undefined && !isHidden) throw error;
    const nothing = { rebased: undefined, running: undefined, staged: undefined };
    return {
      guest,
      isHidden,
      damage,
      ...nothing,
      hold: undefined,
      lock: undefined,
      undeployed: undefined,
      deployments: [],
      rollback: undefined,
      trial: undefined,
      rejected: [],
      rejection: undefined,
      unapplied: nothingUnapplied,
      state: stateOf(activeState),
    };
  }
}

function readFiles(guest: Guest, activeState: string, unapplied: UnappliedReader): InFiles {
  const deployments = listDeployments(guest.sysroot);
  const state = deployments.length === 0 ? 'not created' : stateOf(activeState);
  const runs = state === 'running' || state === 'stopping';
  const isPresent = presentState(guest.name);
  const readIf = <T>(present: boolean, read: () => T) => (present ? unlessDamaged(read) : undefined);
  const { staged: waiting, claimed, undeployed, rollback, trial } = stateFiles;
  // A running guest that manages itself may have staged something by itself.
  const mayBeStaged = runs || isPresent(waiting, claimed);
  const staged = readIf(mayBeStaged, () => (runs ? whatIsStaged : stagedHere)(guest, deployments));
  const rejected = readIf(isPresent(stateFiles.rejected), () => rejectedCommits(guest.name)) ?? [];
  const damaged = damagedState(guest.name, isPresent).map(({ message, remedy }) => `${message}. ${remedy}`);
  return {
    guest,
    isHidden: false,
    damage: damaged.length > 0 ? damaged.join('; ') : undefined,
    rebased: rebasedTo(guest, deployments[0]),
    deployments,
    running: runs ? deployments.find(({ path }) => path === bootedRoot(guest.name)) : undefined,
    staged,
    hold: staged && holdingOf(guest, staged),
    lock: readIf(isPresent(stateFiles.lock), () => readLock(guest.name)),
    undeployed: readIf(isPresent(undeployed), () => readUndeployed(guest, staged)),
    rollback: readIf(isPresent(rollback), () => readRollback(guest.name)),
    trial: readIf(isPresent(trial), () => readTrial(guest.name, deployments[0]?.name)),
    rejected,
    rejection: lastRejection(rejected, deployments[0], staged),
    unapplied: unapplied.of(guest, runs),
    state,
  };
}

/** Returns the last rejection, unless the default deployment, or what is staged, came later. */
function lastRejection(
  rejected: readonly Rejection[],
  deployment: Deployment | undefined,
  staged: Staged | undefined,
): Rejection | undefined {
  const [last] = rejected.toSorted((a, b) => b.time - a.time);
  if (!last || !deployment) return last;
  // OSTree makes the directory when it deploys. File systems without times of birth say 1970.
  const deployed = statSync(deployment.path, { throwIfNoEntry: false })?.birthtimeMs ?? 0;
  return Math.max(deployed, staged?.time ?? 0) > last.time ? undefined : last;
}

function stateOf(activeState: string): State {
  if (activeState === 'active' || activeState === 'reloading') return 'running';
  if (activeState === 'activating') return 'starting';
  if (activeState === 'deactivating') return 'stopping';
  return activeState === 'failed' ? 'failed' : 'stopped';
}

function updateState(activeState: string): Overview['update']['state'] {
  if (activeState === 'activating') return 'running';
  return activeState === 'failed' ? 'failed' : 'idle';
}

/** Parses a time of `systemctl show --timestamp=unix`: @SECONDS, or empty. */
function time(value: string | undefined): Date | undefined {
  return value?.startsWith('@') && value !== '@0' ? new Date(Number(value.slice(1)) * 1000) : undefined;
}

function rebasedTo(guest: Guest, next: Deployment | undefined): string | undefined {
  if (!managesItself(guest) || !next) return undefined;
  const source = sourceOfOrigin(originOf(next));
  return source === originName(guest.origin) ? undefined : source;
}
