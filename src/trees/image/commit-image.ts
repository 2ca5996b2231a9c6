import { requirePlainVersion } from '../../ostree/plain-version.ts';
import { commitRoot } from '../commit-root.ts';
import { requireInit } from '../layout/init.ts';
import { layOut } from '../layout/layout.ts';
import { unpackLayers } from './unpack.ts';

/** An image that was copied here. */
export interface ImageToCommit {
  /** Its layers, the lowest first. */
  readonly archives: readonly string[];
  /** An empty directory to unpack them in. */
  readonly work: string;
  readonly repository: string;
  /** The digest of its manifest. */
  readonly digest: string;
  /** The version that its labels name. */
  readonly version?: string;
}

/** Commits an image, and returns the checksum. */
export async function commitImage(image: ImageToCommit): Promise<string> {
  const { archives, work, repository, digest, version } = image;
  if (version) requirePlainVersion(version, 'it');
  const root = await unpackLayers(archives, work);
  layOut(root);
  requireInit(root);
  return commitRoot(
    { repository, root, identity: digest, version },
    // The same key as in OSTree's own container support.
    `--add-metadata-string=ostree.manifest-digest=${digest}`,
  );
}
