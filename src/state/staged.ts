import { renameSync } from 'node:fs';
import { unlessMissing } from '../host/node-files.ts';
import { readJson, removeFile, stateFile, writeJson } from './state-file.ts';

/** A fetched commit that is to be deployed at the guest's next start. */
export interface Staged {
  readonly checksum: string;
  /** Where it came from, REMOTE:REF; becomes the deployment's origin. */
  readonly refspec: string;
  /** When it was staged, in milliseconds since 1970. */
  readonly time: number;
  /** The version that the commit's metadata name. */
  readonly version?: string;
}

const stagedFile = (guest: string): string => stateFile(guest, 'staged.json');
const claimedFile = (guest: string): string => stateFile(guest, 'finalizing.json');

export function readStaged(guest: string): Staged | undefined {
  return readJson(stagedFile(guest)) ?? readJson(claimedFile(guest));
}

export function writeStaged(guest: string, staged: Staged): void {
  writeJson(stagedFile(guest), staged);
}

/** Forgets what is staged. */
export function dropStaged(guest: string): void {
  removeFile(stagedFile(guest));
  releaseStaged(guest);
}

/**
 * Takes what is staged in order to deploy it. An update that stages something newer meanwhile writes a
 * file of its own, so neither needs a lock; what was claimed stays claimed until it is released, so that
 * a start that was cut off is taken up by the next one.
 */
export function claimStaged(guest: string): Staged | undefined {
  unlessMissing(() => renameSync(stagedFile(guest), claimedFile(guest)));
  return readJson(claimedFile(guest));
}

/** What a start that was cut off was about to deploy. */
export const readClaimed = (guest: string): Staged | undefined => readJson(claimedFile(guest));

export function releaseStaged(guest: string): void {
  removeFile(claimedFile(guest));
}
