import { readdirSync, statSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { unlessMissing } from '../host/node-files.ts';
import { listDeployments, originOf, parseDeploymentName, sourceOfOrigin } from '../ostree/deployments.ts';
import { readStaged, type Staged } from './staged.ts';

/** What the next start of a running guest boots instead of what it runs from. */
export const whatIsStaged = ({ name, sysroot, update }: Guest): Staged | undefined =>
  readStaged(name) ?? (update.by === 'rpm-ostree' ? stagedInside(sysroot, name) : undefined);

/**
 * What a running guest's own OSTree has staged. Its record of that is in the guest's /run; here it is the deployment
 * that no boot list has yet: OSTree deletes others like it whenever it cleans up.
 */
function stagedInside(sysroot: string, stateroot: string): Staged | undefined {
  const directory = `${sysroot}/ostree/deploy/${stateroot}/deploy`;
  const listed = new Set(listDeployments(sysroot).map(({ name }) => name));
  const name = (unlessMissing(() => readdirSync(directory)) ?? []).find(
    (entry) => /^[0-9a-f]{64}\.\d+$/.test(entry) && !listed.has(entry),
  );
  if (name === undefined) return undefined;
  const refspec = sourceOfOrigin(originOf({ path: `${directory}/${name}` })) ?? '';
  return {
    checksum: parseDeploymentName(name).checksum,
    refspec,
    time: statSync(`${directory}/${name}`).mtimeMs,
  };
}
