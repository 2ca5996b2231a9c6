import { rmSync } from 'node:fs';
import { writeAtomically } from '../host/atomic-file.ts';
import { isThere } from '../host/node-files.ts';
import { ostree } from './ostree.ts';

/** Exists in a repository while commits are removed from it, and after a run that was killed meanwhile. */
const markerOf = (repository: string): string => `${repository}/ostree-guests-pruning`;

/**
 * Removes all commits but those of refs and so many of their parents. OSTree removes objects in any order. A run that is killed may
 * leave a commit without some of its objects, which counts as complete: finishPruning() removes the rest of it.
 */
export async function pruneToRefs(repository: string, depth = 0): Promise<void> {
  writeAtomically(markerOf(repository), '');
  const options = ['--refs-only', `--depth=${depth}`];
  await ostree(`Cannot remove old commits from ${repository}`, `--repo=${repository}`, 'prune', ...options);
  rmSync(markerOf(repository));
}

/** Completes a pruneToRefs() that was interrupted. Call it before anything is added. */
export async function finishPruning(repository: string, depth = 0): Promise<void> {
  if (isThere(markerOf(repository))) await pruneToRefs(repository, depth);
}
