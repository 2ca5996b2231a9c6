import type { Guest } from '../../config/guest.ts';
import { sha256 } from '../../host/digest.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import type { Checksum } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import {
  deleteRefs,
  hasCommit,
  localRefs,
  metadataOf,
  readCommit,
  repositoryOf,
  stagedRef,
} from '../../ostree/repository.ts';
import { isMarked, mark, unmark } from '../../state/markers.ts';
import { mostLayers } from './image-manifest.ts';

/** The ref that keeps the image that was fetched last. */
export const imageRef = 'ostree-guests/image';

/** The refs of unpacked layers, each in a commit of its own. The last part is the SHA-256 of the archive. */
const layerRefs = 'ostree-guests/layer';
export const layerRef = (hex: string): string => `${layerRefs}/${hex}`;

/**
 * The refs of merged trees: of the lower layers of an image, which stay when it is updated. The last part identifies the layers.
 * Only for the guest itself: others take no tree on such a word.
 */
const lowerRefs = 'ostree-guests/lower';
export const lowerRef = (layers: readonly string[]): string => `${lowerRefs}/${sha256(layers.join(' '))}`;

/** Returns the lower layers of an image that can have a merged tree: two layers and more, the most first. */
export const lowerParts = (layers: readonly string[]): string[][] =>
  layers
    .slice(0, -1)
    .map((_, at) => layers.slice(0, at + 1))
    .slice(1)
    .reverse();

/** The key of a commit's metadata with the layers that it was made of. */
const layersKey = 'ostree-guests.layers';

/** Returns the argument of `ostree commit` that records the layers. */
export const layersOption = (layers: readonly string[]): string =>
  `--add-metadata-string=${layersKey}=${layers.join(' ')}`;

/** Returns the commit of an unpacked layer; undefined if it is missing or incomplete. */
export const layerCommit = (repository: string, hex: string): Checksum | undefined =>
  commitAt(repository, layerRef(hex));

/** Returns the commit of a ref; undefined if it is missing or incomplete. */
export function commitAt(repository: string, ref: string): Checksum | undefined {
  const commit = readCommit(repository, ref);
  return commit !== undefined && hasCommit(repository, commit) ? commit : undefined;
}

/** Returns the refs of the layers, merged ones too, of all images that a guest has: fetched, staged or deployed. */
export function neededLayers(sysroot: string): string[] {
  const repository = repositoryOf(sysroot);
  const refs = [imageRef, stagedRef].flatMap((ref) => readCommit(repository, ref) ?? []);
  const commits = new Set([...refs, ...listDeployments(sysroot).map(({ checksum }) => checksum)]);
  return [...commits].flatMap((commit) => refsOf(layersOf(repository, commit)));
}

/** Returns the refs of the layers of an image, and of the merged trees of its lower ones. */
const refsOf = (layers: readonly string[]): string[] => [
  ...layers.map(layerRef),
  ...lowerParts(layers).map(lowerRef),
];

/** Returns the layers that a commit was made of; none if it is not of an image. A commit of a remote may say anything. */
function layersOf(repository: string, commit: Checksum): string[] {
  const layers = metadataOf(repository, commit, layersKey)?.value.split(' ') ?? [];
  return layers.length <= mostLayers ? layers : [];
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
  const needed = [...refsOf(layers), ...neededLayers(sysroot)];
  const others = [layerRefs, lowerRefs]
    .flatMap((kind) => localRefs(repository, kind))
    .filter((ref) => !needed.includes(ref));
  if (others.length === 0) return;
  const isMore = isMarked(name, 'cleaning.json');
  mark(name, 'cleaning.json');
  await deleteRefs(repository, others);
  await ostree(`Cannot prune ${repository}`, `--repo=${repository}`, 'prune', '--refs-only');
  if (!isMore) unmark(name, 'cleaning.json');
}
