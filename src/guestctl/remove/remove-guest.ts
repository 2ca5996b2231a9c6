import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Guest, placeOf } from '../../config/guest.ts';
import { loadGuests } from '../../config/load.ts';
import { runtimeOf, stateOf } from '../../config/paths.ts';
import { searchPath } from '../../config/search.ts';
import { roomsOf, runConfined, treeCapabilities } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles, unlessMissing } from '../../host/node-files.ts';
import { run } from '../../host/process.ts';
import { randomName } from '../../host/random-name.ts';
import { realPlace } from '../../host/real-place.ts';
import { disableUnits, reloadUnits } from '../../host/systemctl.ts';
import { kindOf } from '../../host/tree-files.ts';
import { driver } from '../../machine/driver.ts';
import { stopAllOf } from '../../machine/guest-state.ts';
import { strangerIn } from '../../ostree/stateroot.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { unsharedNotes } from '../../state/unshared.ts';
import { enableable } from '../enablement.ts';
import { giveUpLock } from '../give-up-lock.ts';
import { GuestPlaces, sharedWords } from '../verify/shared-sysroot.ts';

/** Returns the files that declare a guest, except those in /usr, which belong to packages. */
export const declarationsOf = ({ name }: Guest): string[] =>
  searchPath.guests
    .filter((directory) => !directory.startsWith('/usr/'))
    .flatMap((directory) => [`${directory}/${name}.guest`, `${directory}/${name}.guest.d`])
    .filter((path) => existsSync(path));

/** Returns the existing files and directories of a guest. */
export const toBeRemoved = (guest: Guest): string[] => [
  ...declarationsOf(guest),
  ...[...new Set([guest.sysroot, stateOf(guest.name)])].filter((path) => existsSync(path)),
];

export interface Removal {
  readonly keepVar: boolean;
  /** The files and directories that declare the guest: declarationsOf(). */
  readonly declarations: readonly string[];
}

/** Fails if what is deleted with a guest is also another guest's, whether that is declared or not. */
export function requireUnshared(guest: Guest): void {
  const { name, sysroot } = guest;
  const shared = new GuestPlaces(loadGuests(nodeFiles)).sharedBy(guest);
  if (shared) {
    const one = misplaced(guest, shared.other);
    throw new Failure(
      `${sharedWords(shared)}, nothing was removed`,
      `Give ${one.name} another directory (${placeOf(one, 'Guest', 'Sysroot')}): guestctl edit ${one.name}`,
    );
  }
  // Its own state directory is nobody else's, whatever a guest that manages itself has made there.
  if (realPlace(sysroot).startsWith(`${realPlace(stateOf(name))}/`)) return;
  const stranger = strangerIn(sysroot, name);
  if (stranger !== undefined)
    throw new Failure(
      `${sysroot} has the files of ${stranger}, which is not declared, nothing was removed`,
      `To keep them, give ${name} another directory (${placeOf(guest, 'Guest', 'Sysroot')}): guestctl edit ${name}. Else remove ${sysroot}/ostree/deploy/${stranger} first`,
    );
}

/** Returns the one of two guests in a directory that has named it and has no files in it, if there is one. */
function misplaced(guest: Guest, other: Guest): Guest {
  const named = [guest, other].filter(({ values }) => values.at('Guest', 'Sysroot'));
  const isEmpty = ({ name, sysroot }: Guest) => !existsSync(`${sysroot}/ostree/deploy/${name}`);
  return named.find(isEmpty) ?? named[0] ?? guest;
}

/**
 * Removes a guest that does not run. The declaration is removed last, so that the same command completes an interrupted
 * removal.
 */
export async function removeGuest(guest: Guest, { keepVar, declarations }: Removal): Promise<void> {
  const { name } = guest;
  requireUnshared(guest);
  // From now on the guest counts as not created, so that nobody can start it.
  await discardBootList(guest);
  // No step may use the files while they are deleted.
  await stopAllOf(name);
  await disableUnits(enableable(name));
  await giveUpLock(name);
  await removeSysroot(guest, keepVar);
  rmSync(runtimeOf(guest.name), { recursive: true, force: true });
  driver.forget(guest.name);
  for (const path of declarations) rmSync(path, { recursive: true });
  await reloadUnits();
}

async function discardBootList({ sysroot }: Guest): Promise<void> {
  const boot = `${sysroot}/boot`;
  // A guest that manages itself may have made it immutable. An interrupted removal may have left its directory.
  await run('chattr', ['-f', '-ia', '--', sysroot, boot]);
  // A new name: it could have made a link of one that it knows, and a rename into that would leave the guest.
  if (kindOf(boot)) renameSync(boot, `${boot}.removed${kindOf(`${boot}.removed`) ? `-${randomName()}` : ''}`);
}

async function removeSysroot(guest: Guest, keepVar: boolean): Promise<void> {
  const { name, sysroot } = guest;
  const state = stateOf(name);
  const stateroot = dirname(varOf(sysroot, name));
  // A guest that was renamed has a link to it.
  const link = `${sysroot}/ostree/deploy/${name}`;
  // An update may just have made another one.
  await discardBootList(guest);
  // If /var is kept, the directories above it stay, too.
  const above = [stateroot, dirname(stateroot), `${sysroot}/ostree`];
  const kept = keepVar ? [`${state}/places`, `${stateroot}/var`, link, ...above, sysroot] : [sysroot];
  const emptied = keepVar ? [state, ...above, sysroot] : [state, sysroot];
  // The notes say that the repository is not trusted, so they are removed after it.
  const notes = unsharedNotes(name);
  await removeConfined(
    guest,
    emptied.flatMap((directory) => entriesBut(directory, [...kept, ...notes])),
  );
  for (const note of notes) rmSync(note, { force: true });
  if (keepVar) return;
  for (const directory of [sysroot, state]) unlessMissing(() => rmdirSync(directory));
}

const entriesBut = (directory: string, kept: readonly string[]): string[] =>
  (unlessMissing(() => readdirSync(directory)) ?? [])
    .map((entry) => `${directory}/${entry}`)
    .filter((path) => !kept.includes(path));

/**
 * The roots of deployments are immutable. Then it tries rm(1) first, which is quicker: a guest may have made other files immutable.
 * chattr(1) follows no links below a directory.
 */
const removal = `find "$1/ostree/deploy" -mindepth 3 -maxdepth 3 -type d -path '*/deploy/*/deploy/*' -prune -exec chattr -i {} + 2>/dev/null
shift; rm -rf --one-file-system -- "$@" 2>/dev/null || { chattr -R -f -ia -- "$@"; rm -rf --one-file-system -- "$@"; }`;

/** Removes directories in a process that sees only this guest. They may have links, and be nested too deep for Node. */
async function removeConfined(guest: Guest, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const { exitCode, stderr } = await runConfined(
    {
      name: `remove-${guest.name}`,
      writable: roomsOf(guest).filter((room) => existsSync(room)),
      capabilities: treeCapabilities,
      timeLimit: '2h',
    },
    ['sh', '-c', removal, 'sh', guest.sysroot, ...paths],
  );
  if (exitCode === 0) return;
  throw new Failure(
    `${guest.name} is only removed in part: ${stderr.trim().split('\n')[0]}`,
    `When that is mended, run it again: guestctl remove ${guest.name}`,
  );
}
