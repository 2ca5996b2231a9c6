// How objects come from the repositories of other guests: by hard link where both are on one mount, else by reflink or copy.

import { existsSync } from 'node:fs';
import { stateDirectory } from '../../config/paths.ts';
import { isThere } from '../../host/node-files.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { tryOstree } from '../../ostree/ostree.ts';
import { hasCommit, metadataOf } from '../../ostree/repository.ts';
import { baseKey, sameIn } from '../identity.ts';
import { imageCommit, imageRefsIn } from '../image/encapsulated.ts';
import { layerCommit, layerRef } from '../image/layer-refs.ts';
import type { Neighbour } from './linking-task.ts';

/**
 * Returns the repositories that exist and may be trusted; first those that objects can be linked from. A guest that was
 * ever without a user namespace is excluded, whatever its file says now.
 */
export const trusted = (neighbours: readonly Neighbour[]): string[] =>
  neighbours
    .filter(({ repository, notes }) => existsSync(`${repository}/config`) && !notes.some(isThere))
    .map(({ repository }) => repository)
    .sort((a, b) => Number(isOnOurMount(b)) - Number(isOnOurMount(a)));

const isOnOurMount = (repository: string): boolean => repository.startsWith(`${stateDirectory}/`);

/** Links commits from neighbours that have them. Returns true if all of them are complete now. */
export async function linkFromAny(
  repository: string,
  checksums: readonly string[],
  neighbours: readonly string[],
): Promise<boolean> {
  const missing = () => checksums.filter((checksum) => !hasCommit(repository, checksum));
  for (const neighbour of neighbours) {
    const theirs = missing().filter((checksum) => hasCommit(neighbour, checksum));
    // Failures are ignored: a neighbour may be pruning, and what is missing comes from elsewhere.
    if (theirs.length > 0) await tryOstree(`--repo=${repository}`, 'pull-local', neighbour, ...theirs);
  }
  return missing().length === 0;
}

/** Links the commit that another guest has made from the same offer. */
export async function linkMadeOf(
  repository: string,
  ref: string,
  identity: string,
  neighbours: readonly string[],
): Promise<string | undefined> {
  for (const neighbour of neighbours) {
    const checksum = sameIn(neighbour, ref, identity);
    if (checksum !== undefined && (await linkFromAny(repository, [checksum], [neighbour]))) return checksum;
  }
  return undefined;
}

/** Links layers of an image that neighbours have unpacked, with their refs. What none of them has is downloaded. */
export async function linkLayers(
  repository: string,
  layers: readonly string[],
  neighbours: readonly string[],
): Promise<void> {
  for (const neighbour of neighbours) {
    const theirs = layers.filter(
      (hex) => layerCommit(repository, hex) === undefined && layerCommit(neighbour, hex) !== undefined,
    );
    // A neighbour may be pruning.
    if (theirs.length > 0)
      await tryOstree(`--repo=${repository}`, 'pull-local', neighbour, ...theirs.map(layerRef));
  }
}

/** Links an image with its layers. A neighbour may be pruning: missing objects are downloaded. */
export async function linkImage(
  repository: string,
  image: string,
  neighbours: readonly string[],
): Promise<void> {
  const neighbour = neighbours.find((candidate) => imageCommit(candidate, image) !== undefined);
  if (neighbour === undefined) return;
  // Commits in images are bound to other refs.
  const options = [`--repo=${repository}`, 'pull-local', '--disable-verify-bindings'];
  await tryOstree(...options, neighbour, ...(await imageRefsIn(neighbour, image)));
}

/**
 * Links the files of a tree that a neighbour has made over the same commit: a tree that is made then takes no space for them.
 * The next clean-up removes what it does not have. Does not flush, because nothing depends on it.
 */
export async function linkMadeOver(
  repository: string,
  ref: string,
  base: string,
  neighbours: readonly string[],
): Promise<void> {
  for (const neighbour of neighbours.filter(isOnOurMount)) {
    const made = metadataOf(neighbour, ref, baseKey);
    if (made?.value !== base) continue;
    await tryOstree(`--repo=${repository}`, 'pull-local', '--disable-fsync', neighbour, made.checksum);
    return;
  }
}

/**
 * Links the trees of other guests first: libostree uses caches for network remotes only, and would copy
 * files from a local remote that other commits already have. The next clean-up removes what is not needed.
 */
export async function seed(repository: string, neighbours: readonly string[]): Promise<void> {
  for (const neighbour of neighbours.filter(isOnOurMount)) {
    const [deployment] = listDeployments(neighbour.replace(/\/ostree\/repo$/, ''));
    if (deployment) await tryOstree(`--repo=${repository}`, 'pull-local', neighbour, deployment.checksum);
  }
}
