// Writable places: /home, /srv and others. In trees made for OSTree these are links into /var. A tree that
// has a directory there has it read-only, like all of its root, so a guest gets a copy of its own, which is kept in /var and
// outlives updates and rollbacks. src/machine/nspawn/run-guest mounts it.
import { lstatSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Guest } from '../../config/guest.ts';
import { varLinks } from '../../config/mounts.ts';
import { syncDirectory, writeAtomically } from '../../host/atomic-file.ts';
import { canReflink, copyTree, sizeOf, syncFileSystem } from '../../host/copy-tree.ts';
import { requireRoom } from '../../host/disk-room.ts';
import { Failure } from '../../host/failure.ts';
import { isThere } from '../../host/node-files.ts';
import { isDirectory } from '../../host/tree-files.ts';
import { isRunning } from '../../machine/guest-state.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import { varOf } from '../../ostree/sysroot.ts';
import type { Report } from '../../state/report.ts';
import { removeFile, stateFile } from '../../state/state-file.ts';

/** A writable place, and the name of its copy in /var. */
interface WritablePlace {
  readonly path: string;
  readonly name: string;
}

const places: readonly WritablePlace[] = Object.entries(varLinks).map(([path, target]) => ({
  path,
  name: basename(target),
}));

/** Returns the places that are directories in a tree, not links. */
export const placesIn = (root: string): WritablePlace[] =>
  places.filter(({ path }) => isRealDirectory(root, path));

/** Returns the name of a guest's copy in /var; undefined if it has none yet. */
export const recordedPlace = (guest: string, { name }: WritablePlace): string | undefined =>
  [name, `${name}.kept`].find((one) => isThere(stateFile(guest, `places/${one}`)));

/**
 * Makes the copies that a guest needs to boot a deployment. If it has none yet, its data is in the deployment that it
 * last ran from: before there were copies, it could write there.
 */
export async function keepPlaces(
  guest: Guest,
  next: Deployment,
  last: Deployment | undefined,
  report: Report,
): Promise<void> {
  for (const place of places) {
    if (isRealDirectory(next.path, place.path)) await keep(guest, place, next, last, report);
    else handOver(guest, place, next, report);
  }
}

async function keep(
  guest: Guest,
  place: WritablePlace,
  next: Deployment,
  last: Deployment | undefined,
  report: Report,
): Promise<void> {
  const varDirectory = varOf(guest.sysroot, guest.name);
  const recorded = recordedPlace(guest.name, place);
  const wrote = !recorded && last && isRealDirectory(last.path, place.path) ? last : undefined;
  const name = recorded ?? chooseName(varDirectory, place, wrote !== undefined || !last);
  const kept = `${varDirectory}/${name}`;
  if (isDirectory(kept) && (recorded || !isFree(kept))) return writeRecord(guest, name);
  if (!isFree(kept)) {
    const message = `${kept} is not a directory, so ${place.path} of ${guest.name} is read-only`;
    throw new Failure(message, `Remove it: rm ${kept}`);
  }
  if (await isRunning(guest.name))
    throw new Failure(`${guest.name} is running, and may write to ${place.path}`);
  const from = `${(wrote ?? next).path}${place.path}`;
  report.step(
    `${place.path} is a directory in the tree. From now on it is ${kept}, and keeps what is written there`,
  );
  await copyComplete(from, `${varDirectory}/.${place.name}.ready`);
  // In this order, so that the next start completes an interrupted run.
  writeRecord(guest, name);
  renameSync(`${varDirectory}/.${place.name}.ready`, kept);
  syncDirectory(varDirectory);
}

/**
 * Chooses the name of a copy. If /var already has that name and the guest ran from a tree with a link there, that is what
 * it wrote. Else it is something else and stays: /var/opt is for the data of software in /opt (hier(7)).
 */
function chooseName(varDirectory: string, { path, name }: WritablePlace, isOther: boolean): string {
  const isTaken = !isFree(`${varDirectory}/${name}`);
  return isOther && (isTaken || path === '/opt') ? `${name}.kept` : name;
}

/** Copies a directory atomically. An existing copy of an interrupted start is complete. */
async function copyComplete(from: string, to: string): Promise<void> {
  if (isDirectory(to)) return;
  rmSync(`${to}.new`, { recursive: true, force: true });
  if (!(await canReflink(dirname(to)))) requireRoom(dirname(to), await sizeOf(from), `A copy of ${from}`);
  await copyTree(from, `${to}.new`).catch((error: unknown) => {
    // Frees the disk space of the incomplete copy.
    rmSync(`${to}.new`, { recursive: true, force: true });
    throw error;
  });
  await syncFileSystem(`${to}.new`);
  renameSync(`${to}.new`, to);
  syncDirectory(dirname(to));
}

/** Moves a copy to where the link of another tree expects it, unless something is there. */
function handOver(guest: Guest, { path, name }: WritablePlace, next: Deployment, report: Report): void {
  const recorded = stateFile(guest.name, `places/${name}.kept`);
  if (!isThere(recorded) || !linkAt(`${next.path}${path}`)?.endsWith(`var/${name}`)) return;
  const [kept, place] = [`${name}.kept`, name].map((one) => `${varOf(guest.sysroot, guest.name)}/${one}`);
  if (kept === undefined || place === undefined) return;
  if (isDirectory(kept) && isFree(place)) renameSync(kept, place);
  else if (isDirectory(kept))
    report.warn(`${path} is a link in this tree, to ${place}. What was written there before is in ${kept}`);
  removeFile(recorded);
}

const writeRecord = (guest: Guest, name: string): void => {
  const file = stateFile(guest.name, `places/${name}`);
  if (!isThere(file)) writeAtomically(file, '');
};

/** True if the path is missing, or an empty directory, which rename(2) replaces. */
const isFree = (path: string): boolean =>
  isDirectory(path)
    ? readdirSync(path).length === 0
    : lstatSync(path, { throwIfNoEntry: false }) === undefined;

/** True if a path in a tree is a directory, without any link on the way. */
const isRealDirectory = (root: string, path: string): boolean =>
  path.split('/').every((_, at, parts) => isDirectory(root + parts.slice(0, at + 1).join('/')));

const linkAt = (path: string): string | undefined =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
