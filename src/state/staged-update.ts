import { statSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import {
  type Deployment,
  listDeployments,
  originOf,
  partsOf,
  sourceOfOrigin,
} from '../ostree/deployments.ts';
import { unlisted } from '../ostree/unlisted.ts';
import { readStaged, type Staged } from './staged.ts';

/** Returns the update that the next start of a running guest boots, if any. */
export const whatIsStaged = (
  guest: Guest,
  deployments: ListedDeployments = listDeployments(guest.sysroot),
): Staged | undefined =>
  stagedHere(guest, deployments) ??
  (guest.update.by === 'rpm-ostree' ? stagedInside(guest.sysroot, guest.name, deployments) : undefined);

/** Returns the update that waits for a start. An interrupted start may have deployed it already, and has only to complete it. */
export function stagedHere(
  { name, sysroot }: Guest,
  deployments: ListedDeployments = listDeployments(sysroot),
): Staged | undefined {
  const staged = readStaged(name);
  return staged?.checksum === deployments[0]?.checksum ? undefined : staged;
}

type ListedDeployments = readonly Pick<Deployment, 'name' | 'checksum'>[];

/**
 * Returns the update that a running guest's own OSTree has staged. Its record is in the guest's /run. Here it is the deployment
 * outside of the boot list: OSTree deletes all others of that kind when it cleans up, and each start removes them.
 */
function stagedInside(
  sysroot: string,
  stateroot: string,
  deployments: ListedDeployments,
): Staged | undefined {
  const directory = `${sysroot}/ostree/deploy/${stateroot}/deploy`;
  const name = unlisted(sysroot, stateroot, deployments)[0];
  if (name === undefined) return undefined;
  const refspec = sourceOfOrigin(originOf({ path: `${directory}/${name}` })) ?? '';
  return {
    checksum: partsOf(name).checksum,
    refspec,
    time: statSync(`${directory}/${name}`).mtimeMs,
  };
}
