import { Failure } from '../../host/failure.ts';
import { ostree } from '../../ostree/ostree.ts';
import { requirePlainVersion } from '../../ostree/plain-version.ts';
import { commitRoot } from '../commit-root.ts';
import { requireInit } from '../layout/init.ts';
import { layOut } from '../layout/layout.ts';
import { commitLayers, flushAndHold, holdLayers, type LayerCommits } from './commit-layers.ts';
import { addLayers, beginRoot } from './compose.ts';
import { commitAt, layerCommit, layersOption, lowerParts, lowerRef } from './layer-refs.ts';

/** An image whose new layers were unpacked here. */
export interface ImageToCommit {
  /** Its layers, the lowest first: the SHA-256 of each archive. */
  readonly layers: readonly string[];
  /** The layers that the repository does not have. */
  readonly missing: readonly string[];
  /** A directory to work in, with the unpacked layers: placeOfLayer(). */
  readonly work: string;
  readonly repository: string;
  /** The digest of its manifest. */
  readonly digest: string;
  /** The version that its labels name. */
  readonly version?: string | undefined;
}

/**
 * Commits an image, and returns the checksum. Keeps each new layer: from then on it need not be downloaded again, whatever becomes
 * of the image.
 */
export async function commitImage(image: ImageToCommit): Promise<string> {
  const { missing, work, repository } = image;
  const made = await commitLayers(missing, work, repository);
  try {
    // Flushes the layers, too.
    const commit = await commitTree(image, made);
    await holdLayers(repository, made);
    return commit;
  } catch (error) {
    await flushAndHold(repository, made);
    throw error;
  }
}

async function commitTree(image: ImageToCommit, made: LayerCommits): Promise<string> {
  const { layers, repository, digest, version } = image;
  if (version) requirePlainVersion(version, 'it');
  const root = await composeImage(image, made);
  layOut(root);
  requireInit(root);
  return commitRoot(
    { repository, root, identity: digest, version },
    // Files that are links to objects of the repository are not read again.
    '--devino-canonical',
    layersOption(layers),
    // The same key as in OSTree's own container support.
    `--add-metadata-string=ostree.manifest-digest=${digest}`,
  );
}

/**
 * Composes the root directory of an image. Keeps the merged tree of the lower layers that have stayed since the image before: next
 * time, only the others are merged.
 */
export async function composeImage(
  { layers, missing, work, repository }: Pick<ImageToCommit, 'layers' | 'missing' | 'work' | 'repository'>,
  made: LayerCommits,
): Promise<string> {
  const root = `${work}/root`;
  const commits = layers.map((hex) => made.get(hex) ?? commitOfLayer(repository, hex));
  const merged = lowerParts(layers).find((part) => commitAt(repository, lowerRef(part)) !== undefined);
  await beginRoot(root, repository, merged && commitAt(repository, lowerRef(merged)));
  const add = (from: number, to: number) => addLayers(root, commits.slice(from, to), work, repository);
  const begun = merged?.length ?? 0;
  // The last layer, -1, counts as new if none is missing: there is no merged tree of all of them.
  const firstNew = layers.findIndex((hex) => missing.includes(hex));
  const stayed = layers.slice(0, firstNew);
  if (stayed.length <= Math.max(begun, 1)) await add(begun, layers.length);
  else {
    await add(begun, stayed.length);
    await commitMerged(repository, root, stayed);
    await add(stayed.length, layers.length);
  }
  return root;
}

/** It has only directories of its own: its files are those of the layers. */
const commitMerged = (repository: string, root: string, layers: readonly string[]): Promise<string> =>
  ostree(
    'Cannot commit the lower layers',
    `--repo=${repository}`,
    'commit',
    `--branch=${lowerRef(layers)}`,
    '--parent=none',
    '--no-bindings',
    '--devino-canonical',
    `--tree=dir=${root}`,
  );

function commitOfLayer(repository: string, hex: string): string {
  const commit = layerCommit(repository, hex);
  if (commit === undefined) throw new Failure(`layer ${hex} is missing`, 'Start the update again');
  return commit;
}
