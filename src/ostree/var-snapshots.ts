// Snapshots of a stateroot's /var that share its data: reflinks, or Btrfs snapshots if it is a subvolume.
import { existsSync, lstatSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '../host/atomic-file.ts';
import { snapshotSubvolume } from '../host/btrfs.ts';
import { copyTree, syncFileSystem } from '../host/copy-tree.ts';
import { codeOf, Failure, messageOf } from '../host/failure.ts';
import { makeDirectories } from '../host/make-directories.ts';
import { unlessMissing } from '../host/node-files.ts';
import { run } from '../host/process.ts';
import { randomName } from '../host/random-name.ts';
import { removeTree } from '../host/tree-removal.ts';
import type { Deployment } from './deployments.ts';
import { varOf } from './sysroot.ts';

const directoryOf = (sysroot: string): string => `${sysroot}/var-snapshots`;
const snapshotOf = (sysroot: string, deployment: string): string => `${directoryOf(sysroot)}/${deployment}`;

/** Takes a snapshot of /var before a deployment is left. The guest must be stopped. */
export async function takeSnapshot(sysroot: string, stateroot: string, { name }: Deployment): Promise<void> {
  await copyComplete(varOf(sysroot, stateroot), snapshotOf(sysroot, name));
}

export const hasSnapshot = (sysroot: string, { name }: Deployment): boolean =>
  existsSync(snapshotOf(sysroot, name));

/**
 * Restores the snapshot of a deployment; keeps the present /var next to the snapshots, under `id`. Can be repeated with the
 * same `id`: if it was interrupted, it continues.
 */
export async function restoreSnapshot(
  sysroot: string,
  stateroot: string,
  { name }: Deployment,
  id: string,
): Promise<void> {
  const replaced = `${directoryOf(sysroot)}/replaced-${id}`;
  if (!existsSync(replaced)) {
    await copyComplete(snapshotOf(sysroot, name), restoredOf(sysroot));
    renameSync(varOf(sysroot, stateroot), replaced);
  }
  recoverVar(sysroot, stateroot);
}

/** Finishes a restoration that was interrupted between its two renames, when /var is missing. */
export function recoverVar(sysroot: string, stateroot: string): void {
  const varDirectory = varOf(sysroot, stateroot);
  if (existsSync(varDirectory) || !existsSync(restoredOf(sysroot))) return;
  renameSync(restoredOf(sysroot), varDirectory);
  syncDirectory(dirname(varDirectory));
  syncDirectory(directoryOf(sysroot));
}

/** The names of all snapshots, of copies that were replaced, and of what was cut off. */
export const snapshotsIn = (sysroot: string): string[] =>
  unlessMissing(() => readdirSync(directoryOf(sysroot))) ?? [];

export const removeSnapshot = (sysroot: string, name: string): Promise<void> =>
  discard(`${directoryOf(sysroot)}/${name}`);

/** The name of what is about to take the place of /var. */
export const restoredSnapshot = 'restored';

/** The replacement of /var; complete or missing. */
const restoredOf = (sysroot: string): string => `${directoryOf(sysroot)}/${restoredSnapshot}`;

/** Returns the name of a snapshot while it is being made. Only what makes it may remove it: a start, beside which updates run. */
export const partialOf = (snapshot: string): string => `${snapshot}.new`;

/** Copies a tree atomically: the copy is complete or missing. */
async function copyComplete(from: string, to: string): Promise<void> {
  const partial = partialOf(to);
  makeDirectories(dirname(to));
  await removeTree(partial);
  try {
    await copy(from, partial);
  } catch (error) {
    // What cannot be removed now, the next copy removes.
    await removeTree(partial).catch(() => {});
    throw error;
  }
  await discard(to);
  renameSync(partial, to);
  syncDirectory(dirname(to));
}

async function copy(from: string, to: string): Promise<void> {
  // 256 is the inode of each subvolume's root: btrfs-subvolume(8).
  if (statSync(from).ino === 256) await snapshotSubvolume(from, to);
  else await copyTree(from, to, 'always');
  await syncFileSystem(to);
}

/** Removes a copy. First it loses its name, because one that is removed in part would count as complete. */
async function discard(path: string): Promise<void> {
  if (!lstatSync(path, { throwIfNoEntry: false })) return;
  const nameless = `${dirname(path)}/removed-${randomName()}`;
  try {
    await rename(path, nameless);
  } catch (error) {
    throw new Failure(`Cannot remove ${path}: ${messageOf(error)}`);
  }
  await removeTree(nameless);
}

/** Renames a directory, even if the guest has made that immutable. */
async function rename(from: string, to: string): Promise<void> {
  try {
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
    await run('chattr', ['-f', '-ia', '--', from]);
    renameSync(from, to);
  }
}
