import { readdirSync, statSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { unlessMissing } from '../host/node-files.ts';
import { listDeployments, originOf, partsOf, sourceOfOrigin } from '../ostree/deployments.ts';
import { isDeploymentName } from '../ostree/names.ts';
import { readStaged, type Staged } from './staged.ts';

/** Returns the update that the next start of a running guest boots, if any. */
export const whatIsStaged = ({ name, sysroot, update }: Guest): Staged | undefined =>
  readStaged(name) ?? (update.by === 'rpm-ostree' ? stagedInside(sysroot, name) : undefined);

/**
 * Returns the update that a running guest's own OSTree has staged. Its record is in the guest's /run. Here it is the deployment
 * outside of the boot list: OSTree deletes all others of that kind when it cleans up.
 */
function stagedInside(sysroot: string, stateroot: string): Staged | undefined {
  const directory = `${sysroot}/ostree/deploy/${stateroot}/deploy`;
  const listed = new Set(listDeployments(sysroot).map(({ name }) => name));
  const name = (unlessMissing(() => readdirSync(directory)) ?? [])
    .filter(isDeploymentName)
    .find((entry) => !listed.has(entry));
  if (name === undefined) return undefined;
  const refspec = sourceOfOrigin(originOf({ path: `${directory}/${name}` })) ?? '';
  return {
    checksum: partsOf(name).checksum,
    refspec,
    time: statSync(`${directory}/${name}`).mtimeMs,
  };
}
