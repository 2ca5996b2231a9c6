import { ostree } from '../ostree/ostree.ts';
import { identityOption } from './identity.ts';

export interface RootToCommit {
  readonly repository: string;
  /** The root directory, laid out for OSTree. */
  readonly root: string;
  /** Identifies its inputs: identity.ts. */
  readonly identity: string;
  /** Plain text; see requirePlainVersion(). */
  readonly version: string | undefined;
}

/** Commits a tree that was made on this host, without a ref, and returns the checksum. `options` are further ones of ostree-commit(1). */
export const commitRoot = (
  { repository, root, identity, version }: RootToCommit,
  ...options: readonly string[]
): Promise<string> =>
  ostree(
    'Cannot commit it',
    `--repo=${repository}`,
    'commit',
    '--orphan',
    '--no-bindings',
    `--tree=dir=${root}`,
    identityOption(identity),
    ...(version ? [`--add-metadata-string=version=${version}`] : []),
    ...options,
  );
