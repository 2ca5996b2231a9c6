import {
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { guestName, guestNameRule } from '../../config/guest-name.ts';
import {
  defaultSysrootOf,
  guestFileOf,
  imagesDirectory,
  runtimeDirectory,
  runtimeOf,
  stateDirectory,
  stateOf,
} from '../../config/paths.ts';
import { searchPath } from '../../config/search.ts';
import { syncDirectory } from '../../host/atomic-file.ts';
import { enabledUnits } from '../../host/enabled-units.ts';
import { Failure } from '../../host/failure.ts';
import { tryLock } from '../../host/flock.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { inOwn, requireOwn } from '../../host/own-directory.ts';
import { run } from '../../host/process.ts';
import { isDown, reloadUnits, showUnits, startUnit } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { servicesOfGuest, stopAllOf, timersOfGuest } from '../../machine/guest-state.ts';
import { staterootOf } from '../../ostree/stateroot.ts';
import { requireGuest } from '../../state/declared.ts';
import { whileDeclaring } from '../install-guest-file.ts';
import { lockOf } from '../transfer/parts.ts';
import { requireOwnPlaces } from '../verify/shared-sysroot.ts';
import {
  begunRename,
  guardName,
  halfRenamed,
  type Rename,
  removeGuards,
  removeIfEmpty,
  writeGuards,
} from './guard.ts';
import { namedAfter, type Renamed } from './named-paths.ts';

/**
 * Renames a guest that is stopped, or completes a rename that was cut off. The state directory, and the sysroot in it, gets
 * its new name by one rename(2). Before that the guest has its old name, and from then on its new one: everything that the
 * new name needs is there before, and what the old name needed is removed after it.
 */
export async function renameGuest({ from, to }: Rename): Promise<void> {
  // Two guests that get one name at the same time would overwrite each other's files.
  makeDirectories(runtimeDirectory);
  const release = await tryLock(`${runtimeDirectory}/.rename`);
  if (!release) throw new Failure('Another guest is being renamed', 'Try it again when that has ended');
  try {
    // Nobody may take the new name meanwhile, or edit the old file.
    await whileDeclaring(() => beginOrComplete({ from, to }));
  } finally {
    release();
  }
}

async function beginOrComplete({ from, to }: Rename): Promise<void> {
  const begun = begunRename(from) ?? begunRename(to);
  if (begun && (begun.from !== from || begun.to !== to)) throw halfRenamed(begun);
  if (!begun) await requireRenamable({ from, to });
  const releaseFiles = await lockOf(from);
  await carryOut({ from, to }, begun !== undefined).finally(releaseFiles);
}

async function carryOut({ from, to }: Rename, isBegun: boolean): Promise<void> {
  const wereActive = await areActive(timersOfGuest(from));
  writeGuards({ from, to });
  await reloadUnits();
  // A guest that was never created has only its file.
  if (!existsSync(stateOf(to)) && existsSync(guestFileOf(from))) await takeNewName({ from, to });
  await removeOldName({ from, to });
  const enabled = enabledUnits();
  for (const [index, timer] of timersOfGuest(to).entries())
    if (wereActive[index] || (isBegun && enabled.has(timer))) await startUnit(timer);
}

async function requireRenamable({ from, to }: Rename): Promise<void> {
  const { file, sysroot, values } = requireGuest(from);
  if (!guestName.test(to))
    throw new Failure(`'${to}' is not a guest name`, `Guest names have ${guestNameRule}`);
  if (file !== guestFileOf(from))
    throw new Failure(
      `${from} is declared in ${file}, which is not yours to rename`,
      `Copy it first: cp ${file} ${guestFileOf(from)}`,
    );
  const taken = [
    ...searchPath.guests.flatMap((path) => [`${path}/${to}.guest`, `${path}/${to}.guest.d`]),
    stateOf(to),
    ...(staterootOf(sysroot, from) === to ? [] : [`${sysroot}/ostree/deploy/${to}`]),
  ].find((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
  if (taken !== undefined) throw new Failure(`There is a ${taken} already`, 'Choose another name');
  requireOwnPlaces({ name: to, sysroot: values.last('Guest', 'Sysroot') ?? defaultSysrootOf(to) }, from);
  const deployments = `${sysroot}/ostree/deploy`;
  if (existsSync(deployments)) requireOwn(sysroot, [deployments]);
  const state = lstatSync(stateOf(from), { throwIfNoEntry: false });
  if (state && (state.isSymbolicLink() || state.dev !== lstatSync(stateDirectory).dev))
    throw new Failure(
      `${stateOf(from)} is a link or a mount, which cannot be renamed in one step`,
      'Put the guest itself there',
    );
  await requireIdle(from);
}

/** A guest that runs, or is worked on, has paths with its name open. */
async function requireIdle(guest: string): Promise<void> {
  const units = servicesOfGuest(guest);
  const shown = await showUnits(units, ['ActiveState']);
  const active = units.find((_, index) => !isDown(shown[index]?.['ActiveState'] ?? 'inactive'));
  if (active === undefined) return;
  if (active === driver.unit(guest))
    throw new Failure(`${guest} is running, nothing was renamed`, `Stop it: guestctl stop ${guest}`);
  throw new Failure(
    `${active} is running, nothing was renamed`,
    `Wait for it, or stop it: systemctl stop ${active}`,
  );
}

const areActive = async (units: readonly string[]): Promise<boolean[]> =>
  (await showUnits(units, ['ActiveState'])).map((unit) => unit['ActiveState'] === 'active');

async function takeNewName({ from, to }: Rename): Promise<void> {
  const { sysroot } = requireGuest(from);
  for (const renamed of [...namedAfter(from, to), ...declarations({ from, to })]) copy(renamed);
  const stateroot = staterootOf(sysroot, from);
  if (existsSync(`${sysroot}/ostree/deploy/${stateroot}`))
    inOwn(sysroot, `${sysroot}/ostree/deploy`, (deploy) => {
      if (!existsSync(`${deploy}/${to}`)) symlinkSync(stateroot, `${deploy}/${to}`);
    });
  // All of it has to be on disk before the name changes.
  await run('sync', []);
  await reloadUnits();
  if (!existsSync(stateOf(from))) return;
  await requireIdle(from);
  renameSync(stateOf(from), stateOf(to));
  syncDirectory(stateDirectory);
}

async function removeOldName({ from, to }: Rename): Promise<void> {
  // One that somebody has started in the last moment, and what works on it.
  await stopAllOf(from);
  const { sysroot } = requireGuest(to);
  const deployments = `${sysroot}/ostree/deploy`;
  if (lstatSync(`${deployments}/${from}`, { throwIfNoEntry: false })?.isSymbolicLink())
    inOwn(sysroot, deployments, (own) => rmSync(`${own}/${from}`));
  for (const { from: path } of declarations({ from, to })) rmSync(path, { recursive: true, force: true });
  for (const { from: path } of namedAfter(from, to)) discard(path);
  rmSync(runtimeOf(from), { recursive: true, force: true });
  unlessMissing(() => rmdirSync(`${imagesDirectory}/${from}`));
  removeGuards(from);
  removeGuards(to);
  await reloadUnits();
}

const declarations = ({ from, to }: Rename): Renamed[] =>
  ['guest.d', 'guest'].map((kind) => ({
    from: guestFileOf(from).replace(/guest$/, kind),
    to: guestFileOf(to).replace(/guest$/, kind),
  }));

/** Copies a file, a link or a directory, but for guards. A copy that was cut off is made again. */
function copy({ from, to }: Renamed): void {
  const stat = lstatSync(from, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isDirectory()) {
    makeDirectories(to, stat.mode);
    for (const name of readdirSync(from))
      if (name !== guardName) copy({ from: `${from}/${name}`, to: `${to}/${name}` });
    return;
  }
  // Node's cpSync() fails to replace a link by the same one.
  rmSync(to, { force: true });
  if (stat.isSymbolicLink()) {
    symlinkSync(readlinkSync(from), to);
    return;
  }
  copyFileSync(from, to);
  chownSync(to, stat.uid, stat.gid);
  // systemd reads when a timer last elapsed from its stamp.
  utimesSync(to, stat.atime, stat.mtime);
}

/** Removes a file, or a directory of drop-ins, but for the guard in it. */
function discard(path: string): void {
  const names = lstatSync(path).isDirectory() ? readdirSync(path) : undefined;
  if (!names) {
    rmSync(path);
    return;
  }
  for (const name of names)
    if (name !== guardName) rmSync(`${path}/${name}`, { recursive: true, force: true });
  removeIfEmpty(path);
}
