// Takes the parts of a guest out, for a copy of it: its commits, the /etc of each deployment, and /var. Meanwhile the guest is
// stopped, or frozen for an instant, or down anyway.
import { mkdirSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { runtimeDirectory } from '../../config/paths.ts';
import { roomsOf, runConfined, treeCapabilities } from '../../host/confined.ts';
import { copyPairs, type Pair, syncFileSystem, tryReflink } from '../../host/copy-tree.ts';
import { Failure } from '../../host/failure.ts';
import { type Release, tryLock } from '../../host/flock.ts';
import { frozenAtMost, whileFrozen } from '../../host/freeze.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { inOwn, requireOwn } from '../../host/own-directory.ts';
import { type Finished, requireSuccess } from '../../host/process.ts';
import {
  activeStates,
  bootUnit,
  destroyLeft,
  isDown,
  maintenanceUnit,
  rehearseUnit,
  showUnits,
  startUnit,
  switchUnit,
  updateUnit,
} from '../../host/systemctl.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { writeFile } from '../../host/write-file.ts';
import { driver } from '../../machine/driver.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { wasStarted, wasStopped, watchForStart } from '../../machine/start-mark.ts';
import { stopGuest } from '../../machine/stopping.ts';
import { type Deployment, listDeployments } from '../../ostree/deployments.ts';
import { repositoryOf } from '../../ostree/repository.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { partsLockOf, scratchOf } from '../../trees/parts/scratch.ts';
import { interruptible } from '../interruption.ts';
import { requireCreated } from '../preconditions.ts';
import { tellWarning } from '../stop-guest.ts';
import { readState } from './carried-state.ts';
import { manifestOf } from './describe.ts';
import { type Manifest, manifestText } from './manifest.ts';
import { manifestName } from './stream.ts';

export interface Wish {
  /** Whether /var is wanted. */
  readonly var: boolean;
  /** Whether a running guest may be stopped for the copy. */
  readonly stop: boolean;
  /** The command for people, to name it in a remedy. */
  readonly command: string;
}

/** Where the parts are. They do not change while they are used. */
export interface ArchiveParts {
  readonly manifest: Manifest;
  readonly manifestFile: string;
  /** That of the guest. */
  readonly repository: string;
  /** A directory for what is made of the parts, on the same file system. It is removed at the end. */
  readonly scratch: string;
  /** In the order of the boot list. */
  readonly etc: readonly string[];
  readonly var: string | undefined;
}

/** What may keep the parts from being used. */
interface Checks {
  /** Fails if we were interrupted. */
  readonly check: () => void;
  /** Fails if the parts have changed. To be called when all of them were read, and before that has any effect. */
  readonly requireSame: () => void;
}

type Use<T> = (parts: ArchiveParts, checks: Checks) => Promise<T>;

/** Names the units that read the guest. Only one export or copy of it runs at a time. */
export const linkJob = (guest: string): string => `export-${guest}`;
const snapshotJob = (guest: string): string => `snapshot-${guest}`;
export const packJob = (guest: string): string => `pack-${guest}`;
const reflinkJob = (guest: string): string => `reflink-${guest}`;
const jobsOf = (guest: string): string[] =>
  [reflinkJob, linkJob, snapshotJob, packJob].map((job) => job(guest));

/** Makes the parts of a guest available while `use` runs. Starts a guest again that was stopped for it. */
export async function withParts<T>(
  guest: Guest,
  wish: Wish,
  say: (text: string) => void,
  use: Use<T>,
): Promise<T> {
  requireCreated(guest);
  const scratch = scratchOf(guest.sysroot);
  const release = await lockOf(guest.name, scratch);
  // A killed export does not end them.
  await destroyLeft(jobsOf(guest.name).map((job) => `ostree-guest-${job}`));
  const machine = stoppable(guest.name, say);
  try {
    return await interruptible((check) => gatherAndUse(guest, wish, scratch, machine, use, check));
  } finally {
    try {
      await machine.startAgain();
    } finally {
      await removeTree(scratch);
      await release();
    }
  }
}

/** A guest that may be stopped for its copy. */
interface Stoppable {
  stop(): Promise<void>;
  /** A no-op unless stop() has stopped it. */
  startAgain(): Promise<void>;
}

function stoppable(name: string, say: (text: string) => void): Stoppable {
  let isStopped = false;
  return {
    stop: async () => {
      say(`Stopping ${name}`);
      isStopped = true;
      await stopGuest(name, tellWarning);
    },
    startAgain: async () => {
      if (!isStopped) return;
      isStopped = false;
      if (wasStopped(name)) return say(`Somebody has stopped ${name} meanwhile: it stays stopped`);
      say(`Starting ${name} again`);
      await startUnit(driver.unit(name));
    },
  };
}

async function gatherAndUse<T>(
  guest: Guest,
  wish: Wish,
  scratch: string,
  machine: Stoppable,
  use: Use<T>,
  check: () => void,
): Promise<T> {
  const { name } = guest;
  await requireQuiet(name);
  const running = await isRunning(name);
  const shares = running && (await canReflink(guest));
  if (running && wish.stop) await machine.stop();
  else if (running && !shares) throw cannotSnapshot(guest, wish.command);
  check();
  const [isFrozen, isSnapshot] = [running && !wish.stop, shares];
  if (!isFrozen) await beginWatch(name);
  const parts = await gather(guest, wish, scratch, { running: isFrozen, snapshot: isSnapshot });
  check();
  if (!isSnapshot) return use(parts, { check, requireSame: () => requireSame(name, check) });
  if (!isFrozen) requireNoStart(name);
  await machine.startAgain();
  // A snapshot stays as it is.
  return use(parts, { check, requireSame: check });
}

/** A guest that was started has changed its files while they were read. */
function requireSame(guest: string, check: () => void): void {
  check();
  requireNoStart(guest);
}

/** Tries it where only the guest is seen: one that manages itself, and runs, could replace what we write by links. */
async function canReflink(guest: Guest): Promise<boolean> {
  const { exitCode } = await runConfined(
    {
      name: reflinkJob(guest.name),
      writable: roomsOf(guest),
      capabilities: treeCapabilities,
      timeLimit: '1min',
    },
    tryReflink(guest.sysroot),
  );
  return exitCode === 0;
}

/** Takes the lock that keeps the files of a guest in place. When it is released, the scratch directory is removed. */
export async function lockOf(guest: string, scratch?: string): Promise<Release> {
  makeDirectories(runtimeDirectory);
  const release = await tryLock(partsLockOf(guest), scratch);
  if (release) return release;
  throw new Failure(`${guest} is being exported, copied, renamed or removed`, 'Wait until that has ended');
}

/** Fails if a step works on the guest. */
async function requireQuiet(guest: string): Promise<void> {
  const steps = [updateUnit, bootUnit, switchUnit, rehearseUnit, maintenanceUnit].map((unit) => unit(guest));
  const shown = await showUnits(steps, ['Id', 'ActiveState']);
  const busy = shown.find(({ ActiveState }) => !isDown(ActiveState));
  if (busy)
    throw new Failure(
      `${busy['Id']} is working on ${guest}`,
      `Try again when that has ended. See: systemctl status ${busy['Id']}`,
    );
}

const cannotSnapshot = ({ name, sysroot }: Guest, command: string): Failure =>
  new Failure(
    `${name} is running, and the file system of ${sysroot} cannot copy its files in an instant (no reflinks)`,
    `Let it be stopped for the copy: ${command} --stop`,
  );

/** Notices each start from now on. Fails if one has begun already. */
async function beginWatch(guest: string): Promise<void> {
  watchForStart(guest);
  const states = await activeStates([driver.unit(guest), bootUnit(guest), maintenanceUnit(guest)]);
  if (![...states.values()].every(isDown)) throw startedMeanwhile(guest);
}

function requireNoStart(guest: string): void {
  if (wasStarted(guest)) throw startedMeanwhile(guest);
}

const startedMeanwhile = (guest: string): Failure =>
  new Failure(
    `${guest} was started meanwhile, so that the copy may be mixed`,
    'Nothing was kept. Try it again',
  );

async function gather(
  guest: Guest,
  wish: Wish,
  scratch: string,
  { running, snapshot }: { readonly running: boolean; readonly snapshot: boolean },
): Promise<ArchiveParts> {
  const { name, sysroot } = guest;
  const deployments = listDeployments(sysroot);
  const live = {
    etc: deployments.map(({ path }) => `${path}/etc`),
    var: wish.var ? varOf(sysroot, name) : undefined,
  };
  requireOwn(sysroot, [repositoryOf(sysroot), ...live.etc, ...(live.var === undefined ? [] : [live.var])]);
  await removeTree(scratch);
  mkdirSync(scratch, { mode: 0o700 });
  const state = readState(guest, deployments);
  const places = snapshot ? await takeSnapshot(guest, live, scratch, running ? wish : undefined) : live;
  if (namesOf(listDeployments(sysroot)) !== namesOf(deployments))
    throw new Failure(`The deployments of ${name} have changed meanwhile`, 'Try it again');
  const manifest = await manifestOf(guest, { running, var: wish.var, deployments, state });
  const manifestFile = `${scratch}/${manifestName}`;
  const text = manifestText(manifest);
  inOwn(sysroot, scratch, (own) => writeFile(`${own}/${manifestName}`, text, { mode: 0o600, flag: 'wx' }));
  return { manifest, manifestFile, repository: repositoryOf(sysroot), scratch, ...places };
}

const namesOf = (deployments: readonly Deployment[]): string => deployments.map(({ name }) => name).join(' ');

/**
 * Copies /etc and /var with reflinks. A running guest is frozen meanwhile, so that the copy is what a power cut would leave.
 * @param frozenFor The wish, if the guest runs.
 */
async function takeSnapshot(
  guest: Guest,
  live: Pick<ArchiveParts, 'etc' | 'var'>,
  scratch: string,
  frozenFor: Wish | undefined,
): Promise<Pick<ArchiveParts, 'etc' | 'var'>> {
  const { name } = guest;
  const etc = live.etc.map((_, position) => `${scratch}/etc/${position}`);
  const varCopy = live.var && `${scratch}/var`;
  const pairs = live.etc.map((path, position): Pair => [path, etc[position] ?? '']);
  if (live.var && varCopy) pairs.push([live.var, varCopy]);
  const copy = (timeLimit: string) =>
    runConfined(
      {
        name: snapshotJob(name),
        writable: roomsOf(guest),
        capabilities: [...treeCapabilities, 'CAP_SYS_ADMIN'],
        timeLimit,
      },
      copyPairs('mkdir -- "$1" && sync --file-system --', `${scratch}/etc`, pairs, 'always'),
    );
  if (frozenFor) await copyFrozen(guest, frozenFor, () => copy(`${frozenAtMost}s`));
  else requireSuccess(`Cannot copy the files of ${name}`, await copy('2h'));
  return { etc, var: varCopy };
}

async function copyFrozen(
  { name, sysroot }: Guest,
  { command }: Wish,
  copy: () => Promise<Finished>,
): Promise<void> {
  // What has to be written to disk anyway is written before the guest is frozen.
  await syncFileSystem(sysroot);
  requireSuccess(
    `Cannot copy the files of ${name} while it is frozen`,
    await whileFrozen(await driver.processes(name), `frozen-${name}`, copy),
    `Let it be stopped for the copy: ${command} --stop`,
  );
}
