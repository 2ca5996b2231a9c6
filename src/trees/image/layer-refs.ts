import { readdirSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import type { Checksum } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import {
  dropRef,
  hasCommit,
  metadataOf,
  readCommit,
  repositoryOf,
  stagedRef,
} from '../../ostree/repository.ts';
import { isMarked, mark, unmark } from '../../state/markers.ts';

/** The ref that keeps the image that was fetched last. */
export const imageRef = 'ostree-guests/image';

/** The refs of unpacked layers, each in a commit of its own. The last part is the SHA-256 of the archive. */
const layerRefs = 'ostree-guests/layer';
export const layerRef = (hex: string): string => `${layerRefs}/${hex}`;

/** The key of a commit's metadata with the layers that it was made of. */
const layersKey = 'ostree-guests.layers';

/** Returns the argument of `ostree commit` that records the layers. */
export const layersOption = (layers: readonly string[]): string =>
  `--add-metadata-string=${layersKey}=${layers.join(' ')}`;

/** Returns the commit of an unpacked layer; undefined if it is missing or incomplete. */
export function layerCommit(repository: string, hex: string): Checksum | undefined {
  const commit = readCommit(repository, layerRef(hex));
  return commit !== undefined && hasCommit(repository, commit) ? commit : undefined;
}

/** Returns the refs of the layers of all images that a guest has: fetched, staged or deployed. */
export async function neededLayers(sysroot: string): Promise<string[]> {
  const repository = repositoryOf(sysroot);
  const refs = [imageRef, stagedRef].flatMap((ref) => readCommit(repository, ref) ?? []);
  const commits = new Set([...refs, ...listDeployments(sysroot).map(({ checksum }) => checksum)]);
  const found = await Promise.all([...commits].map((commit) => metadataOf(repository, commit, layersKey)));
  return found.flatMap((one) => one?.value.split(' ').map(layerRef) ?? []);
}

/**
 * Drops the layers of images that were refused. They are kept for the next try, but images that are refused one after the other
 * must not fill the disk. If this is interrupted, the next update cleans up first: libostree takes a commit that lost objects
 * for complete.
 */
export async function dropOtherLayers(
  { name, sysroot }: Pick<Guest, 'name' | 'sysroot'>,
  layers: readonly string[],
): Promise<void> {
  const repository = repositoryOf(sysroot);
  const refs = (unlessMissing(() => readdirSync(`${repository}/refs/heads/${layerRefs}`)) ?? []).map(
    layerRef,
  );
  const needed = [...layers.map(layerRef), ...(await neededLayers(sysroot))];
  const others = refs.filter((ref) => !needed.includes(ref));
  if (others.length === 0) return;
  const isMore = isMarked(name, 'cleaning.json');
  mark(name, 'cleaning.json');
  for (const ref of others) await dropRef(repository, ref);
  await ostree(`Cannot prune ${repository}`, `--repo=${repository}`, 'prune', '--refs-only');
  if (!isMore) unmark(name, 'cleaning.json');
}
