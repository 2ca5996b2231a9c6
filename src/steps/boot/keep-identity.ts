import { dirname } from 'node:path';
import { explainAny } from '../../host/failure.ts';
import { copyBetween, inside, isDirectory, readInside } from '../../host/tree-files.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { Report } from '../../state/report.ts';
import { identityFiles } from '../../trees/layout/machine-identity.ts';

/**
 * Gives a new deployment the host keys and names that the guest had before, if they came with its tree and the new tree has
 * none: OSTree keeps changed files of /etc, and takes unchanged ones from the new tree. A file that cannot be copied is reported:
 * root in the guest may have made links in /etc that lead nowhere, and the guest makes a new one.
 */
export function keepIdentity([fresh, before]: readonly Deployment[], report: Report): void {
  if (!fresh || !before) return;
  const warn = (error: unknown) =>
    report.warn(`${explainAny(error)}. The guest may make a new key or name in its place`);
  try {
    for (const path of identityFiles(before.path)) keep(before.path, fresh.path, path, warn);
  } catch (error) {
    warn(error);
  }
}

function keep(before: string, fresh: string, path: string, warn: (error: unknown) => void): void {
  try {
    if (isDirectory(inside(fresh, dirname(path))) && !readInside(fresh, path))
      copyBetween(before, fresh, path);
  } catch (error) {
    warn(error);
  }
}
