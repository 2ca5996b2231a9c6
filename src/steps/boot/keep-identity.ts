import { dirname } from 'node:path';
import { copyBetween, inside, isDirectory, readInside } from '../../host/tree-files.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import { identityFiles } from '../../trees/layout/identity.ts';

/**
 * Gives a new deployment the host keys and names that the guest had before, if they came with its tree and the new tree has
 * none: OSTree keeps changed files of /etc, and takes unchanged ones from the new tree.
 */
export function keepIdentity([fresh, before]: readonly Deployment[]): void {
  if (!fresh || !before) return;
  for (const path of identityFiles(before.path))
    if (isDirectory(inside(fresh.path, dirname(path))) && !readInside(fresh.path, path))
      copyBetween(before.path, fresh.path, path);
}
