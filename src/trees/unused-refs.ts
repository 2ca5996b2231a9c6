import type { Guest } from '../config/guest.ts';
import { originName } from '../config/origin.ts';
import { ostree } from '../ostree/ostree.ts';
import { filesBelow, repositoryOf, stagedRef } from '../ostree/repository.ts';
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
  const layers = guest.origin.kind === 'oci' ? await neededLayers(guest.sysroot) : [];
  for (const ref of unusedRefs(guest, refsIn(repository), layers))
    await ostree(`Cannot drop ${ref}`, `--repo=${repository}`, 'refs', '--delete', ref);
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

/** Returns our own refs, and those of remotes: ostree-refs(1). */
const refsIn = (repository: string): string[] => [
  ...filesBelow(`${repository}/refs/heads/ostree-guests`).map((ref) => `ostree-guests/${ref}`),
  ...filesBelow(`${repository}/refs/remotes`).map((ref) => ref.replace('/', ':')),
];
