import { renameSync } from 'node:fs';
import type { Uptime } from '../host/clock.ts';
import { unlessMissing } from '../host/node-files.ts';
import type { Checksum } from '../ostree/names.ts';
import { stateFiles } from './state-files.ts';

/** A fetched commit that is to be deployed at the guest's next start. */
export interface Staged {
  readonly checksum: Checksum;
  /** Its source, REMOTE:REF, which becomes the origin of the deployment. */
  readonly refspec: string;
  /** When it was staged, in milliseconds since 1970. */
  readonly time: number;
  /** The same moment, for a clock that was wrong then. */
  readonly uptime?: Uptime | undefined;
  /** The version in the metadata of the commit. */
  readonly version?: string | undefined;
}

export const readStaged = (guest: string): Staged | undefined => readWaiting(guest) ?? readClaimed(guest);

export const writeStaged = (guest: string, staged: Staged): void => stateFiles.staged.write(guest, staged);

/** Replaces the update that waits. A start that has claimed it meanwhile, and may have deployed it, has the last word. */
export function replaceWaiting(guest: string, staged: Staged, isDeployed: () => boolean): void {
  writeStaged(guest, staged);
  if (readClaimed(guest)?.checksum === staged.checksum || isDeployed()) stateFiles.staged.remove(guest);
}

/** Drops the staged update. */
export function dropStaged(guest: string): void {
  stateFiles.staged.remove(guest);
  releaseStaged(guest);
}

/** Drops what is staged, except for a claim that a start has just deployed: it still has to be put on trial. */
export function dropUndeployed(guest: string, deployed: string | undefined): void {
  if (readClaimed(guest)?.checksum !== deployed) releaseStaged(guest);
  stateFiles.staged.remove(guest);
}

/**
 * Claims the staged update in order to deploy it. An update that stages a newer commit meanwhile writes a
 * file of its own, so neither needs a lock. The claim stays until it is released, so that
 * the next start continues an interrupted one.
 */
export function claimStaged(guest: string): void {
  unlessMissing(() => renameSync(stateFiles.staged.path(guest), stateFiles.claimed.path(guest)));
}

/** Returns the update that waits for the next start, and is not claimed yet. */
export const readWaiting = (guest: string): Staged | undefined => stateFiles.staged.read(guest);

/** Returns the update that a start is deploying, or was deploying when it was interrupted. */
export const readClaimed = (guest: string): Staged | undefined => stateFiles.claimed.read(guest);

export const releaseStaged = (guest: string): void => stateFiles.claimed.remove(guest);
