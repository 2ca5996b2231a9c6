import { chownSync, closeSync, constants, openSync, realpathSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { codeOf } from '../../host/failure.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { bind, bindMapped, bindOpened, mountOverlay, type UserRange } from '../../host/mount.ts';
import { driver } from '../../machine/driver.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { placesIn, recordedPlace } from '../boot/places.ts';
import { writeCredentials } from '../boot/write-credentials.ts';
import { scratchOf } from './rehearsal-scratch.ts';
import { rehearsalMachine, rehearsalRoot } from './rehearse.ts';

/**
 * Runs ostree-guest-rehearsal@NAME.service: in the mount namespace of that unit, makes a copy-on-write view
 * of the guest's /var, and boots the candidate on it with the options of the guest. Returns the exit code.
 */
export async function runRehearsal(guest: Guest): Promise<number> {
  const users = driver.rehearsalUsers(guest);
  const varView = await viewOf(guest.name, 'var', varOf(guest.sysroot, guest.name), users);
  const root = realpathSync(rehearsalRoot(guest.name));
  const etc = `${scratchOf(guest.name)}/etc`;
  makeDirectories(etc);
  await bind(`${root}/etc`, etc);
  const places = await viewOfPlaces(guest, root, varView, users);
  writeCredentials(guest);
  return driver.rehearse(guest, {
    machine: rehearsalMachine(guest.name),
    root,
    etc,
    var: varView,
    places,
    users,
  });
}

/** Returns binds for the writable places: from the view of /var, or a view of the tree's directory. */
async function viewOfPlaces(
  guest: Guest,
  root: string,
  varView: string,
  users: UserRange | undefined,
): Promise<string[]> {
  const binds: string[] = [];
  for (const place of placesIn(root)) {
    const kept = recordedPlace(guest.name, place);
    const view =
      (kept && (await pinned(`${varView}/${kept}`, `${scratchOf(guest.name)}/${place.name}`))) ??
      (await viewOf(guest.name, place.name, `${root}${place.path}`, users));
    binds.push(`${view}:${place.path}`);
  }
  return binds;
}

/**
 * Mounts a directory of the view of /var at a path of ours, and returns that; undefined if it is not a directory. The guest
 * may run, and replace it by a link, which nspawn would follow to a directory of the host.
 */
async function pinned(directory: string, at: string): Promise<string | undefined> {
  const opened = openDirectory(directory);
  if (opened === undefined) return undefined;
  try {
    makeDirectories(at);
    await bindOpened(opened, at);
    return at;
  } finally {
    closeSync(opened);
  }
}

/** Opens a directory; undefined for a link and anything else. */
function openDirectory(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (/^(ENOENT|ENOTDIR|ELOOP)$/.test(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** Makes a copy-on-write view. The owners of an overlay cannot be mapped, but those of its layers can. */
async function viewOf(
  guest: string,
  name: string,
  directory: string,
  users: UserRange | undefined,
): Promise<string> {
  const [lower = '', upper = '', work = '', merged = ''] = ['lower', 'upper', 'work', 'view'].map(
    (layer) => `${scratchOf(guest)}/${name}/${layer}`,
  );
  const root = users?.first ?? 0;
  for (const layer of [lower, upper, work, merged]) {
    makeDirectories(layer);
    chownSync(layer, root, root);
  }
  await (users ? bindMapped(directory, lower, users) : bind(directory, lower));
  await mountOverlay({ lower, upper, work }, merged);
  return merged;
}
