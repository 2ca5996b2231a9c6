// Short names of commits and deployments, for tables of cases that a person can read.
import type { Checksum, DeploymentName } from '../../src/ostree/names.ts';

export const commit = (text: string): Checksum => text as Checksum;
export const named = (text: string): DeploymentName => text as DeploymentName;
