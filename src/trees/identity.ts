import { listDeployments } from '../ostree/deployments.ts';
import { hasCommit, holdCommit, metadataOf, repositoryOf } from '../ostree/repository.ts';

/**
 * Offers that do not go by their commit, such as an image by its digest: the commit that was made of one says so in
 * its own metadata. So to know whether an offer is new takes the repository, and no record beside it.
 */
const key = 'ostree-guests.identity';

/** The argument of `ostree commit` that makes a commit say what it was made of. */
export const identityOption = (identity: string): string => `--add-metadata-string=${key}=${identity}`;

/** The commit that was made of an offer: what was brought last under a ref, or else one of the deployments. */
export async function commitOf(sysroot: string, ref: string, identity: string): Promise<string | undefined> {
  const repository = repositoryOf(sysroot);
  for (const commit of [ref, ...listDeployments(sysroot).map(({ checksum }) => checksum)]) {
    const found = await sameIn(repository, commit, identity);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The commit, if it was made of that offer and is whole. */
export async function sameIn(
  repository: string,
  commit: string,
  identity: string,
): Promise<string | undefined> {
  const found = await metadataOf(repository, commit, key);
  return found?.value === identity && hasCommit(repository, found.checksum) ? found.checksum : undefined;
}

/** Keeps what was brought last, so that it is known again even where it was never deployed. */
export const keepBrought = (sysroot: string, ref: string, checksum: string): Promise<void> =>
  holdCommit(repositoryOf(sysroot), ref, checksum);
