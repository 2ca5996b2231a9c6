import { Failure } from '../../host/failure.ts';
import { requirePlainVersion } from '../../ostree/plain-version.ts';
import { commitRoot } from '../commit-root.ts';
import { requireInit } from '../layout/init.ts';
import { layOut } from '../layout/layout.ts';
import { commitLayers, flush, holdLayers, type LayerCommits } from './commit-layers.ts';
import { composeLayers } from './compose.ts';
import { layerCommit, layersOption } from './layer-refs.ts';

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
  readonly version?: string;
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
    await flush(repository);
    await holdLayers(repository, made);
    throw error;
  }
}

async function commitTree(image: ImageToCommit, made: LayerCommits): Promise<string> {
  const { layers, work, repository, digest, version } = image;
  if (version) requirePlainVersion(version, 'it');
  const commits = layers.map((hex) => made.get(hex) ?? commitOfLayer(repository, hex));
  const root = await composeLayers(commits, work, repository);
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

function commitOfLayer(repository: string, hex: string): string {
  const commit = layerCommit(repository, hex);
  if (commit === undefined) throw new Failure(`layer ${hex} is missing`, 'Start the update again');
  return commit;
}
