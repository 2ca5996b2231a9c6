import { readFileSync, renameSync, rmSync } from 'node:fs';
import { stateDirectory } from '../config/guest.ts';
import { unlessMissing } from '../node-files.ts';
import { syncDirectory, writeAtomically } from './atomic.ts';

/** A fetched commit that is to be deployed at the guest's next start. */
export interface Staged {
  readonly checksum: string;
  /** Where it came from, REMOTE:REF; becomes the deployment's origin. */
  readonly refspec: string;
  /** When it was staged, in milliseconds since 1970. */
  readonly time: number;
}

const directoryOf = (guest: string): string => `${stateDirectory}/${guest}`;
const stagedFile = (guest: string): string => `${directoryOf(guest)}/staged.json`;
const claimedFile = (guest: string): string => `${directoryOf(guest)}/finalizing.json`;

export function readStaged(guest: string): Staged | undefined {
  return readJson(stagedFile(guest)) ?? readJson(claimedFile(guest));
}

export function writeStaged(guest: string, staged: Staged): void {
  writeAtomically(stagedFile(guest), `${JSON.stringify(staged)}\n`);
}

/** Forgets what is staged: the newest commit is deployed already. */
export function dropStaged(guest: string): void {
  rmSync(stagedFile(guest), { force: true });
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

export function releaseStaged(guest: string): void {
  rmSync(claimedFile(guest), { force: true });
  unlessMissing(() => syncDirectory(directoryOf(guest)));
}

function readJson(file: string): Staged | undefined {
  const text = unlessMissing(() => readFileSync(file, 'utf8'));
  return text === undefined ? undefined : (JSON.parse(text) as Staged);
}
