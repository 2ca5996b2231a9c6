import { requirePlainVersion } from '../../ostree/plain-version.ts';
import { commitRoot } from '../commit-root.ts';
import { requireInit } from '../layout/init.ts';
import { layOut } from '../layout/layout.ts';
import { composeLayers } from './compose.ts';
import { layersOption } from './layer-refs.ts';
import { commitLayer } from './unpack-layer.ts';

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
 * Commits an image, and returns the checksum. First commits each new layer: from then on it need not be downloaded again, whatever
 * becomes of the image.
 */
export async function commitImage(image: ImageToCommit): Promise<string> {
  const { layers, missing, work, repository, digest, version } = image;
  for (const hex of missing) await commitLayer(hex, work, repository);
  if (version) requirePlainVersion(version, 'it');
  const root = await composeLayers(layers, work, repository);
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
