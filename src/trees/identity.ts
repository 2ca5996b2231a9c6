import { listDeployments } from '../ostree/deployments.ts';
import type { Checksum } from '../ostree/names.ts';
import { hasCommit, holdCommit, metadataOf, repositoryOf } from '../ostree/repository.ts';

/**
 * Identifies offers without a commit, such as an image by its digest. The commit that was made from an offer has the identity in
 * its metadata. So the repository alone tells whether an offer is new.
 */
const key = 'ostree-guests.identity';

/** The key of a commit's metadata with the commit that packages were added to. */
export const baseKey = 'ostree-guests.base';

/** Returns the argument of `ostree commit` that records the identity. */
export const identityOption = (identity: string): string => `--add-metadata-string=${key}=${identity}`;

/** Returns the commit of an offer: the one that was fetched last under a ref, or one of the deployments. */
export function commitOf(sysroot: string, ref: string, identity: string): Checksum | undefined {
  const repository = repositoryOf(sysroot);
  for (const commit of [ref, ...listDeployments(sysroot).map(({ checksum }) => checksum)]) {
    const found = sameIn(repository, commit, identity);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the commit if it was made from that offer and is complete. */
export function sameIn(repository: string, commit: string, identity: string): Checksum | undefined {
  const found = metadataOf(repository, commit, key);
  return found?.value === identity && hasCommit(repository, found.checksum) ? found.checksum : undefined;
}

/** Keeps the commit that was fetched last, so that it is recognized even if it was never deployed. */
export const keepBrought = (sysroot: string, ref: string, checksum: string): Promise<void> =>
  holdCommit(repositoryOf(sysroot), ref, checksum);
