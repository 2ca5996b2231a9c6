import type { Guest } from '../../config/guest.ts';
import { roomsOf, runConfined, treeCapabilities } from '../../host/confined.ts';
import { copyPairs } from '../../host/copy-tree.ts';
import { requireSuccess } from '../../host/process.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { repositoryOf } from '../../ostree/repository.ts';
import { deployThrowaway, makeThrowaway } from '../../ostree/throwaway-sysroot.ts';
import { stateFile } from '../../state/state-file.ts';
import { keepMountPoints } from '../boot/mount-points.ts';
import { bootedRoot } from '../boot/root-link.ts';

/** The directory of a rehearsal. Left behind only if it was interrupted; the next one removes it. */
export const scratchOf = (guest: string): string => stateFile(guest, 'rehearsal');

/** Roots to boot: the candidate and the running deployment, both with the guest's current /etc. */
export interface Scratch {
  readonly candidate: string;
  readonly current: string;
}

/**
 * Makes a throwaway sysroot in which OSTree itself merges the guest's /etc into the candidate, as it will when
 * the guest is switched. It shares its objects with the guest's by hard link.
 */
export async function makeScratch(guest: Guest, candidate: string): Promise<Scratch> {
  await removeScratch(guest);
  const sysroot = `${scratchOf(guest.name)}/sysroot`;
  const deployments = listDeployments(guest.sysroot);
  const live = deployments.find(({ path }) => path === bootedRoot(guest.name)) ?? deployments[0];
  if (!live) throw new Error(`${guest.name} has no deployment`);
  await makeThrowaway(sysroot, guest.name, repositoryOf(guest.sysroot), [live.checksum, candidate]);
  const deploy = (checksum: string) => deployThrowaway(sysroot, guest.name, checksum);
  const current = await deploy(live.checksum);
  await copyEtc(guest, live.path, current);
  const made = { current, candidate: await deploy(candidate) };
  // As before a start of the guest. No warning for a missing mount point: the throwaway machine reports it.
  for (const path of Object.values(made)) keepMountPoints(guest, { path }, live, { warn: () => undefined });
  return made;
}

/** Copies /etc in a confined process: a running guest may replace a directory by a link, which leads nowhere there. */
async function copyEtc(guest: Guest, from: string, to: string): Promise<void> {
  const finished = await runConfined(
    {
      name: `copy-${guest.name}`,
      writable: roomsOf(guest),
      timeLimit: '30min',
      capabilities: [...treeCapabilities, 'CAP_SYS_ADMIN'],
    },
    copyPairs('rm -rf --', `${to}/etc`, [[`${from}/etc`, `${to}/etc`]], 'auto'),
  );
  requireSuccess(`Cannot copy ${from}/etc`, finished);
}

export const removeScratch = (guest: Guest): Promise<void> => removeTree(scratchOf(guest.name));
