import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Guest } from '../../config/guest.ts';
import { runtimeOf, stateOf } from '../../config/paths.ts';
import { searchPath } from '../../config/search.ts';
import { roomsOf, runConfined, treeCapabilities } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { run } from '../../host/process.ts';
import { disableUnits, reloadUnits } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { stopAllOf } from '../../machine/guest-state.ts';
import { clearImmutable } from '../../ostree/immutable.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { unsharedNotes } from '../../state/unshared.ts';
import { enableable } from '../enablement.ts';

/** What an administrator has written: guest files of packages in /usr stay. */
export const declarationsOf = ({ name }: Guest): string[] =>
  searchPath.guests
    .filter((directory) => !directory.startsWith('/usr/'))
    .flatMap((directory) => [`${directory}/${name}.guest`, `${directory}/${name}.guest.d`])
    .filter((path) => existsSync(path));

/** All that a guest consists of, where it is there. */
export const toBeRemoved = (guest: Guest): string[] => [
  ...declarationsOf(guest),
  ...[...new Set([guest.sysroot, stateOf(guest.name)])].filter((path) => existsSync(path)),
];

export interface Removal {
  readonly keepVar: boolean;
  /** The files and directories that declare the guest: declarationsOf(). */
  readonly declarations: readonly string[];
}

/**
 * Removes a guest that does not run. The declaration goes last, so that a removal that was cut off is completed by the
 * next one.
 */
export async function removeGuest(guest: Guest, { keepVar, declarations }: Removal): Promise<void> {
  const { name } = guest;
  await disableUnits(enableable(name));
  // Nothing may work in what is being deleted.
  await stopAllOf(name);
  await removeSysroot(guest, keepVar);
  rmSync(runtimeOf(guest.name), { recursive: true, force: true });
  driver.forget(guest.name);
  for (const path of declarations) rmSync(path, { recursive: true });
  await reloadUnits();
}

async function removeSysroot(guest: Guest, keepVar: boolean): Promise<void> {
  const { name, sysroot } = guest;
  const state = stateOf(name);
  const stateroot = dirname(varOf(sysroot, name));
  // A guest that was renamed has a link to it.
  const link = `${sysroot}/ostree/deploy/${name}`;
  // First of all there is no boot list any more: from here on the guest has not been created.
  const boot = `${sysroot}/boot`;
  // A guest that manages itself may have made it immutable. A removal that was cut off may have left one already.
  await run('chattr', ['-f', '-ia', '--', sysroot, boot]);
  if (existsSync(boot))
    renameSync(boot, existsSync(`${boot}.removed`) ? `${boot}.removed/${Date.now()}` : `${boot}.removed`);
  await clearImmutable(sysroot);
  // What leads to /var, if that is kept, is not removed itself.
  const above = [stateroot, dirname(stateroot), `${sysroot}/ostree`];
  const kept = keepVar ? [`${state}/places`, `${stateroot}/var`, link, ...above, sysroot] : [sysroot];
  const emptied = keepVar ? [state, ...above, sysroot] : [state, sysroot];
  // What says that nobody may believe the repository goes after the repository.
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

/** A guest may have made files immutable: chattr(1), which follows no link below a directory. Most have not, which is quicker. */
const removal =
  'rm -rf --one-file-system -- "$@" 2>/dev/null || { chattr -R -f -ia -- "$@"; rm -rf --one-file-system -- "$@"; }';

/** Removes what a guest, or its tree, has made: that may be deeper than Node can go, or lead elsewhere. It sees this guest only. */
async function removeConfined(guest: Guest, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const { exitCode, stderr } = await runConfined(
    {
      name: `remove-${guest.name}`,
      writable: roomsOf(guest).filter((room) => existsSync(room)),
      capabilities: treeCapabilities,
      timeLimit: '2h',
    },
    ['sh', '-c', removal, 'sh', ...paths],
  );
  if (exitCode === 0) return;
  throw new Failure(
    `${guest.name} is only removed in part: ${stderr.trim().split('\n')[0]}`,
    `When that is mended, run it again: guestctl remove ${guest.name}`,
  );
}
