// The rule that decides what of a guest is kept. No side effects: the boot step and the clean-up act on it.

import type { Deployment } from '../ostree/deployments.ts';
import type { DeploymentName } from '../ostree/names.ts';
import { partialOf, restoredSnapshot } from '../ostree/var-snapshots.ts';

/** Returns the deployments to remove from the boot list: beyond `Keep=`, not needed for a trial, and not pinned. */
export const leftOut = <Kept extends Pick<Deployment, 'name'> & { readonly isPinned: boolean }>(
  deployments: readonly Kept[],
  keep: number,
  needed: readonly DeploymentName[],
): Kept[] => deployments.slice(keep).filter(({ name, isPinned }) => !needed.includes(name) && !isPinned);

/**
 * Returns the copies of /var to delete: of deployments outside of the boot list, and all except the newest one that a
 * rollback replaced. A copy that is about to replace /var is kept, and so is what a start may be making.
 */
export function unneededSnapshots(
  snapshots: readonly string[],
  deployments: readonly Pick<Deployment, 'name'>[],
): string[] {
  const newest = snapshots
    .filter((name) => name.startsWith('replaced-'))
    .toSorted()
    .at(-1);
  const made = [...deployments.map(({ name }) => name), restoredSnapshot];
  const needed = [...made, ...made.map(partialOf), newest];
  return snapshots.filter((name) => !needed.includes(name));
}
