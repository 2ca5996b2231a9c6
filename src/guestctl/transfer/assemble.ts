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
import { deployMutable } from '../../ostree/sysroot.ts';
import { noteUnconfined } from '../../state/unshared.ts';
import { link } from '../../trees/linking/link.ts';
import { isConfined } from '../../trees/linking/shares.ts';
import { doJob } from '../../trees/treework/run.ts';
import { whileDeclaring } from '../install-guest-file.ts';
import { writeState } from './carried-state.ts';
import { type Incoming, jobOf } from './incoming.ts';
import type { Manifest } from './manifest.ts';
import type { NewFile, Plan } from './place.ts';

/** The parts of a guest that are to become one. */
export interface Assembly {
  readonly plan: Plan;
  readonly manifest: Manifest;
  readonly repository: string;
  /** Has the directories etc/POSITION, and perhaps var. */
  readonly parts: string;
  /** True for a copy, which gets an identity of its own. */
  readonly isNew: boolean;
  /** True if root in a guest may have written to the repository: then its objects are not trusted. */
  readonly isUnconfined: boolean;
}

/** Makes the guest in the directory of the import, complete and on disk. putInPlace() moves it into place. */
export async function assemble(
  incoming: Incoming,
  { plan: { guest }, manifest, repository, parts, isNew, isUnconfined }: Assembly,
  check: () => void,
): Promise<void> {
  const { name, machine, update } = guest;
  const sysroot = incoming.sysrootFor(guest);
  const rooms = incoming.rooms(sysroot);
  const place = { name: jobOf(incoming.id), rooms, readable: [repository] };
  const what = `Cannot make ${name}`;
  const commits = [...new Set(manifest.deployments.map(({ checksum }) => checksum))];
  const { staged } = manifest.state;
  const task = { sysroot, stateroot: name, from: repository };
  await doJob(what, place, 'takeCommits', { ...task, commits: [], staged: undefined, remotes: [] });
  check();
  // Objects that other guests have take no more space. A guest that shares no files gets its own; the linking step would note so in
  // the directory of the name, which does not exist yet.
  for (const checksum of isConfined(guest) && !isUnconfined ? commits : [])
    await link({ name, sysroot, machine, update }, { kind: 'commit', checksum });
  check();
  await doJob(what, place, 'takeCommits', {
    ...task,
    commits: [...new Set([...commits, ...(staged ? [staged.checksum] : [])])],
    staged: staged?.checksum,
    remotes: manifest.remotes,
  });
  for (const { checksum, origin } of [...manifest.deployments].reverse()) {
    check();
    await deployMutable(sysroot, name, { checksum, origin: formatKeyfile(parseKeyfile(origin)) });
  }
  check();
  await doJob(what, place, 'replaceFiles', { sysroot, stateroot: name, from: parts });
  if (isNew) await doJob(what, place, 'renewIdentity', { sysroot, stateroot: name, before: manifest.guest });
  const names = listDeployments(sysroot).map((deployment) => deployment.name);
  if (names.length !== manifest.deployments.length)
    throw new Error(`${names.length} of ${manifest.deployments.length} deployments were made`);
  writeState(incoming.owner, manifest.state, names, manifest.var);
  if (isUnconfined) noteUnconfined(incoming.owner);
  await syncFileSystem(sysroot);
  await syncFileSystem(incoming.guest);
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
