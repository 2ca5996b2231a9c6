import { rmSync } from 'node:fs';
import { Failure } from '../../host/failure.ts';
import { requirePlainVersion } from '../../ostree/plain-version.ts';
import { commitRoot } from '../commit-root.ts';
import { requireInit } from '../layout/init.ts';
import { layOut } from '../layout/layout.ts';
import { composeLayers } from './compose.ts';
import { layersOption } from './layer-refs.ts';
import { commitLayer } from './unpack-layer.ts';

/** An image whose new layers were copied here. */
export interface ImageToCommit {
  /** Its layers, the lowest first: the SHA-256 of each archive. */
  readonly layers: readonly string[];
  /** The SHA-256 of each layer when it is not compressed. */
  readonly contents: readonly string[];
  /** The layers that the repository does not have. They are in `copies`: archiveOf(). */
  readonly missing: readonly string[];
  readonly copies: string;
  /** A directory to work in. */
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
  const { layers, contents, missing, copies, work, repository, digest, version } = image;
  if (version) requirePlainVersion(version, 'it');
  if (contents.length !== layers.length)
    throw new Failure(`it has ${layers.length} layers, and its configuration names ${contents.length}`);
  for (const hex of missing)
    await commitLayer({ hex, content: contents[layers.indexOf(hex)] ?? '', copies, work, repository });
  rmSync(copies, { recursive: true, force: true });
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
