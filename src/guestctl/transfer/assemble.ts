// Makes a guest of its parts in the directory of an import, and puts it in place with one rename.
import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Guest } from '../../config/guest.ts';
import { stateOf } from '../../config/paths.ts';
import { createAtomically, syncDirectory } from '../../host/atomic-file.ts';
import { syncFileSystem } from '../../host/copy-tree.ts';
import { Failure, messageOf } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { imageUnit, reloadUnits, startUnit } from '../../host/systemctl.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { setImmutable } from '../../ostree/immutable.ts';
import { formatKeyfile, parseKeyfile } from '../../ostree/keyfile.ts';
import { hasCommit, repositoryOf } from '../../ostree/repository.ts';
import { deployMutable } from '../../ostree/sysroot.ts';
import { noteUnconfined } from '../../state/unshared.ts';
import { link } from '../../trees/linking/link.ts';
import { isConfined } from '../../trees/linking/shares.ts';
import { doJob } from '../../trees/treework/run.ts';
import { whileDeclaring } from '../install-guest-file.ts';
import { writeState } from './carried-state.ts';
import { type Incoming, jobOf } from './incoming.ts';
import { commitsOf, type Manifest } from './manifest.ts';
import type { NewFile, Plan } from './place.ts';

/** A guest that is to be made. */
export interface Assembly {
  readonly plan: Plan;
  readonly manifest: Manifest;
  /** True if root in a guest may have written to the repository: then its objects are not trusted. */
  readonly isUnconfined: boolean;
}

/** Where the commits come from. */
interface Brought {
  readonly repository: string;
  /** The directories of the guest that it is in; none if it is in that of the import. */
  readonly rooms: readonly string[];
}

/** Makes the sysroot in the directory of the import, and brings the commits. From then on, the guest needs `repository` no more. */
export async function bringCommits(
  incoming: Incoming,
  { plan: { guest }, manifest, isUnconfined }: Assembly,
  { repository, rooms }: Brought,
  check: () => void,
): Promise<void> {
  const { name } = guest;
  const sysroot = incoming.sysrootFor(guest);
  const place = { name: jobOf(incoming.id), rooms: incoming.rooms(sysroot), readable: rooms };
  const none = { sysroot, stateroot: name, from: repository, commits: [], staged: undefined, remotes: [] };
  const commits = commitsOf(manifest);
  const staged = manifest.state.staged?.checksum;
  const { remotes } = manifest;
  if (isConfined(guest) && !isUnconfined) {
    // In a unit: what guestctl itself starts would go on if that is killed.
    await doJob(cannotMake(name), place, 'takeCommits', none);
    check();
    await linkShared(guest, sysroot, commits);
    check();
    const isWhole = commits.every((commit) => hasCommit(repositoryOf(sysroot), commit));
    if (isWhole && staged === undefined && remotes.length === 0) return;
  }
  await doJob(cannotMake(name), place, 'takeCommits', { ...none, commits, staged, remotes });
}

const cannotMake = (guest: string): string => `Cannot make ${guest}`;

/**
 * Makes a guest of its commits, of the directories etc/POSITION in `parts`, and of `parts`/var if it exists: complete and on disk.
 * A copy of a guest of this host gets an identity of its own. putInPlace() moves it into place.
 */
export async function assemble(
  incoming: Incoming,
  { plan: { guest }, manifest, isUnconfined }: Assembly,
  parts: string,
  kind: 'copy' | 'import',
  check: () => void,
): Promise<void> {
  const { name } = guest;
  const sysroot = incoming.sysrootFor(guest);
  for (const { checksum, origin } of [...manifest.deployments].reverse()) {
    check();
    await deployMutable(sysroot, name, { checksum, origin: formatKeyfile(parseKeyfile(origin)) });
  }
  check();
  await doJob(
    cannotMake(name),
    { name: jobOf(incoming.id), rooms: incoming.rooms(sysroot) },
    'replaceFiles',
    { sysroot, stateroot: name, from: parts, copyOf: kind === 'copy' ? manifest.guest : undefined },
  );
  const names = listDeployments(sysroot).map((deployment) => deployment.name);
  if (names.length !== manifest.deployments.length)
    throw new Error(`${names.length} of ${manifest.deployments.length} deployments were made`);
  writeState(incoming.owner, manifest.state, names, manifest.var);
  if (isUnconfined) noteUnconfined(incoming.owner);
  await flush(incoming.guest, sysroot);
}

/**
 * Brings the commits that other guests have: they take no more space. A guest that shares no files gets its own; the linking step
 * would note so in the directory of the name, which does not exist yet.
 */
const linkShared = ({ name, machine, update }: Guest, sysroot: string, checksums: readonly string[]) =>
  link({ name, sysroot, machine, update }, { kind: 'commits', checksums });

/** Writes a guest to disk. Its sysroot may be on another file system. */
async function flush(state: string, sysroot: string): Promise<void> {
  await syncFileSystem(state);
  if (!sysroot.startsWith(`${state}/`)) await syncFileSystem(sysroot);
}

/**
 * Puts a complete guest in place. Plans again first, because another command may have made a guest meanwhile. Until the last
 * rename, the guest is declared at most, and the same import can be repeated. A sysroot elsewhere is renamed last: without the
 * state directory, a guest could start and not know what is on trial or rejected. After a power cut between these two, the
 * guest must be removed first.
 */
export async function putInPlace(incoming: Incoming, planNow: () => Plan): Promise<void> {
  const guest = await whileDeclaring(() => place(incoming, planNow()));
  // Not before: systemd-tmpfiles(8) could not remove what a power cut leaves of an import.
  for (const { path } of listDeployments(guest.sysroot)) await setImmutable(path);
  await reloadUnits();
  // The generator has it started when the host boots. machinectl(1) knows the guest by it.
  await startUnit(imageUnit(guest.name));
}

function place(incoming: Incoming, { guest, files }: Plan): Guest {
  for (const file of files) writeNew(file);
  const sysroot = incoming.sysrootFor(guest);
  const state = stateOf(guest.name);
  renameWhole(incoming.guest, state);
  if (!sysroot.startsWith(`${incoming.guest}/`))
    try {
      renameWhole(sysroot, guest.sysroot);
    } catch (error) {
      renameSync(state, incoming.guest);
      throw error;
    }
  return guest;
}

function writeNew({ path, text, secret }: NewFile): void {
  if (createAtomically(path, text, secret ? 0o600 : 0o644) || nodeFiles.read(path) === text) return;
  throw new Failure(`${path} has appeared meanwhile, with other content`, 'Remove it, and do the same again');
}

/** Renames a directory. Fails if the new name exists, unless it is an empty directory: rename(2). */
function renameWhole(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    throw new Failure(
      `${to} has appeared meanwhile: ${messageOf(error)}`,
      'The guest is declared, but not created. Remove what is in the way, and do the same again',
    );
  }
  syncDirectory(dirname(to));
}
