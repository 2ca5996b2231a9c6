import type { Guest } from '../config/guest.ts';
import { originName } from '../config/origin.ts';
import { deleteRefs, localRefs, remoteRefs, repositoryOf, stagedRef } from '../ostree/repository.ts';
import { builtRef } from './build/built-ref.ts';
import { forgetImages } from './image/encapsulated.ts';
import { imageRef, neededLayers } from './image/layer-refs.ts';
import { baseRef, layeredRef } from './packages/make-layers.ts';

/**
 * Drops the refs of former sources from a guest's repository; they would keep those trees for
 * ever. `ostree admin switch` does the same. Deployments have refs of their own, and so has everything that users keep by hand.
 */
export async function dropUnusedRefs(guest: Guest): Promise<void> {
  const repository = repositoryOf(guest.sysroot);
  if (guest.origin.kind !== 'oci') await forgetImages(repository);
  const layers = guest.origin.kind === 'oci' ? neededLayers(guest.sysroot) : [];
  // Our own refs, and those of remotes.
  const refs = [...localRefs(repository, 'ostree-guests'), ...remoteRefs(repository)];
  await deleteRefs(repository, unusedRefs(guest, refs, layers));
}

/** Returns the refs of updates that the guest, as declared now, does not use. `layers` are those of the images that it has. */
export function unusedRefs(
  { origin, packages }: Guest,
  refs: readonly string[],
  layers: readonly string[],
): string[] {
  const used = [
    ...layers,
    stagedRef,
    { ostree: originName(origin), oci: imageRef, build: builtRef }[origin.kind],
    ...(packages ? [baseRef, layeredRef] : []),
  ];
  return refs.filter((ref) => !used.includes(ref));
}
