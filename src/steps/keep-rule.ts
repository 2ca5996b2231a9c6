// What of a guest is kept, and what goes. It has no side effects: the boot step and the clean-up act on it.
import type { Deployment } from '../ostree/deployments.ts';

/** The deployments that the boot list no longer needs: beyond the number to be kept, not needed for a trial and not pinned. */
export const leftOut = <Kept extends Pick<Deployment, 'name'> & { readonly isPinned: boolean }>(
  deployments: readonly Kept[],
  keep: number,
  needed: readonly string[],
): Kept[] => deployments.slice(keep).filter(({ name, isPinned }) => !needed.includes(name) && !isPinned);
