import { stateFiles } from './state-files.ts';

/** The deployments that were in the boot list when the guest was last started: CHECKSUM.SERIAL. */
export interface SeenDeployments {
  readonly deployments: readonly string[];
}

export const readSeen = (guest: string): readonly string[] | undefined =>
  stateFiles.seen.read(guest)?.deployments;
export const writeSeen = (guest: string, deployments: readonly string[]): void =>
  stateFiles.seen.write(guest, { deployments });
