import { existsSync, lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Guest } from '../../config/guest.ts';
import { loadBuild, loadBuilds } from '../../config/load.ts';
import { isMount, mountPoint, varLinkOf } from '../../config/mounts.ts';
import { nearest } from '../../config/nearest.ts';
import { buildFileOf } from '../../config/paths.ts';
import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';
import type { Reader } from '../../config/search.ts';
import { canReflink } from '../../host/copy-tree.ts';
import { fewAtATime } from '../../host/few-at-a-time.ts';
import { installRemedy } from '../../host/install-remedy.ts';
import { isRoot, unlessForbidden } from '../../host/is-root.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { kindInside } from '../../host/tree-files.ts';
import { driver } from '../../machine/driver.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { whyUnprotected } from '../../ostree/protection.ts';
import { whyReadOnly } from '../../ostree/read-only.ts';
import { whyNotRehearsed } from '../../steps/rehearse/rehearsable.ts';
import { hasProgram } from '../../trees/build/missing-programs.ts';
import { missingRemoteFiles } from '../../trees/ostree/missing-remote-files.ts';
import { unsignedProblem } from '../../trees/ostree/unsigned.ts';
import { missingFiles } from '../../trees/packages/missing-files.ts';
import { verifyCalendars } from './calendars.ts';
import { ed25519Problems, missingRemote } from './remote-on-host.ts';

/** Checks guests against this host, which the generator cannot do at boot. Returns the problems of each, in the same order. */
export async function verifyOnHost(
  guests: readonly (Guest | undefined)[],
  files: Reader = nodeFiles,
): Promise<Problem[][]> {
  const inCalendars = await verifyCalendars(guests);
  const there = guests.filter((guest) => guest !== undefined);
  const inMachines = await driver.verify(there);
  const ofMachine = new Map(there.map((guest, index) => [guest, inMachines[index] ?? []]));
  const found = await fewAtATime(guests, async (guest) =>
    guest ? verifyGuest(guest, ofMachine.get(guest) ?? [], files) : [],
  );
  return found.map((problems, index) => [...problems, ...(inCalendars[index] ?? [])]);
}

async function verifyGuest(guest: Guest, ofMachine: readonly Problem[], files: Reader): Promise<Problem[]> {
  const found = await Promise.all([
    ed25519Problems(guest.values, 'Remote'),
    snapshots(guest),
    rehearsals(guest),
  ]);
  return [
    ...remote(guest),
    ...unsigned(guest),
    ...build(guest, files),
    ...image(guest),
    ...missingRemoteFiles(guest.values, 'Remote'),
    ...missingFiles(guest),
    ...protection(guest),
    ...mountPoints(guest),
    ...ofMachine,
    ...found.flat(),
  ];
}

function protection({ sysroot, values, file }: Guest): Problem[] {
  const at = values.at('Guest', 'Sysroot') ?? topOf(file);
  return [whyUnprotected(sysroot), whyReadOnly(sysroot)].flatMap((why) => (why ? [{ at, ...why }] : []));
}

function remote({ origin, values }: Guest): Problem[] {
  const at = values.at('Guest', 'Ref');
  return origin.kind === 'ostree' && at ? missingRemote(origin, at) : [];
}

function unsigned(guest: Guest): Problem[] {
  const problem = unsignedProblem(guest);
  return problem ? [problem] : [];
}

function build({ origin, values, file }: Guest, files: Reader): Problem[] {
  if (origin.kind !== 'build' || loadBuild(files, origin.build)) return [];
  const { builds, brokenBuilds } = loadBuilds(files);
  const near = nearest(
    origin.build,
    [...builds, ...brokenBuilds].map(({ name }) => name),
  );
  const at = values.at('Guest', 'Build') ?? topOf(file);
  const remedy = near ? `Did you mean ${near}?` : `Declare it in ${buildFileOf(origin.build)}`;
  return [{ at, message: `There is no build '${origin.build}'`, remedy }];
}

/** Checks for the program that reads images. */
function image({ origin, values, file }: Guest): Problem[] {
  if (origin.kind !== 'oci' || hasProgram('skopeo')) return [];
  const at = values.at('Guest', 'Image') ?? topOf(file);
  const message = 'There is no skopeo on this host, which images need';
  return [{ at, message, remedy: installRemedy('skopeo') }];
}

/** Checks that SnapshotVar= can make reflinks. */
async function snapshots(guest: Guest): Promise<Problem[]> {
  // The test writes.
  if (!guest.update.snapshotVar || !isRoot()) return [];
  let directory = guest.sysroot;
  while (!existsSync(directory)) directory = dirname(directory);
  if (await canReflink(directory)) return [];
  const at = guest.values.at('Update', 'SnapshotVar') ?? topOf(guest.file);
  const message = `The file system of ${guest.sysroot} does not support reflinks`;
  return [{ at, message, remedy: 'Put the guest on btrfs or XFS with Sysroot=, or remove SnapshotVar=' }];
}

async function rehearsals(guest: Guest): Promise<Problem[]> {
  const problem = guest.update.rehearse ? await whyNotRehearsed(guest) : undefined;
  return problem ? [problem] : [];
}

/**
 * Checks mount points. nspawn creates missing ones, but not in the guest's tree, which is read-only. Below a link into /var in
 * trees made for OSTree, they are created in /var.
 */
function mountPoints(guest: Guest): Problem[] {
  const [deployment] = unlessForbidden(() => listDeployments(guest.sysroot)) ?? [];
  if (!deployment) return [];
  const mounts = guest.values.settings.filter(
    ({ section, key, value }) => section === 'Files' && isMount(key) && value !== '',
  );
  return mounts.flatMap(({ key, value, at }) => {
    const wrong = wrongMountPoint(deployment.path, mountPoint(key, value));
    return wrong ? [{ at, ...wrong }] : [];
  });
}

function wrongMountPoint(root: string, point: string): Pick<Problem, 'message' | 'remedy'> | undefined {
  const link = varLinkOf(point);
  if (link !== undefined) {
    const message = `${link} is not a link into /var in this guest's tree, so the mount would not be at ${point}`;
    return isLink(root + link) ? undefined : { message, remedy: 'Use a path below /var' };
  }
  if (kindInside(root, point) !== undefined || /^\/(etc|var|run|tmp|dev)\//.test(point)) return undefined;
  const message = `${point} is missing in the guest's tree, which is read-only`;
  return { message, remedy: 'Use a path below /var, /etc, /mnt, /srv or /opt, or add it to the tree' };
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
