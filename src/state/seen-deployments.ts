import type { DeploymentName } from '../ostree/names.ts';
import { stateFiles } from './state-files.ts';

/** The deployments that were in the boot list when the guest was last started: CHECKSUM.SERIAL. */
export interface SeenDeployments {
  readonly deployments: readonly DeploymentName[];
}

export const readSeen = (guest: string): readonly DeploymentName[] | undefined =>
  stateFiles.seen.read(guest)?.deployments;
export const writeSeen = (guest: string, deployments: readonly DeploymentName[]): void =>
  stateFiles.seen.write(guest, { deployments });
