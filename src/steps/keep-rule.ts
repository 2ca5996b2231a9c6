// What of a guest is kept, and what goes. It has no side effects: the boot step and the clean-up act on it.
import type { Deployment } from '../ostree/deployments.ts';
import { restoredSnapshot } from '../ostree/var-snapshots.ts';

/** The deployments that the boot list no longer needs: beyond the number to be kept, not needed for a trial and not pinned. */
export const leftOut = <Kept extends Pick<Deployment, 'name'> & { readonly isPinned: boolean }>(
  deployments: readonly Kept[],
  keep: number,
  needed: readonly string[],
): Kept[] => deployments.slice(keep).filter(({ name, isPinned }) => !needed.includes(name) && !isPinned);

/**
 * The copies of /var that nothing needs any more: of deployments that left the boot list, those that are incomplete, and all but
 * the newest that was replaced by a rollback. One that is about to take the place of /var is needed.
 */
export function unneededSnapshots(
  snapshots: readonly string[],
  deployments: readonly Pick<Deployment, 'name'>[],
): string[] {
  const newest = snapshots
    .filter((name) => name.startsWith('replaced-'))
    .toSorted()
    .at(-1);
  const needed = [...deployments.map(({ name }) => name), newest, restoredSnapshot];
  return snapshots.filter((name) => !needed.includes(name));
}
