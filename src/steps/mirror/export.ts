import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Mirror } from '../../config/mirror.ts';
import { syncFileSystem } from '../../host/copy-tree.ts';
import { Failure } from '../../host/failure.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { mirrorUnit } from '../../host/systemctl.ts';
import { ownPartOf, requirePublishable } from '../../ostree/archive.ts';
import type { Checksum } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import { finishPruning, pruneToRefs } from '../../ostree/pruning.ts';
import { ensureRepository, holdCommit, readCommit } from '../../ostree/repository.ts';
import { recordedRefs } from '../../state/published.ts';
import type { Report } from '../../state/report.ts';

export interface ExportedRef {
  readonly ref: string;
  readonly checksum: Checksum;
}

/**
 * Copies the current commit of each ref of a mirror into a repository in another directory, and removes older ones there. Uses no
 * links, which file systems of sticks do not have. Killed at any time, the directory has the old or the new commit of each ref.
 */
export async function exportMirror(
  { name, repository }: Mirror,
  directory: string,
  report: Report,
): Promise<ExportedRef[]> {
  const refs = recordedRefs(repository).flatMap((ref) => {
    const checksum = readCommit(repository, ref);
    return checksum === undefined ? [] : [{ ref, checksum }];
  });
  if (refs.length === 0)
    throw new Failure(`The mirror '${name}' has nothing yet`, `Run: systemctl start ${mirrorUnit(name)}`);
  await makeRepository(directory);
  await finishPruning(directory);
  const here = `--repo=${directory}`;
  const what = `Cannot write to ${directory}`;
  for (const { ref, checksum } of refs) {
    if (readCommit(directory, ref) === checksum) continue;
    report.step(`Copying ${checksum.slice(0, 12)} of ${ref}`);
    await ostree(what, here, 'pull-local', repository, checksum);
    await holdCommit(directory, ref, checksum);
  }
  await ostree(what, here, 'summary', '--update');
  await pruneToRefs(directory);
  report.step('Writing it to disk');
  await syncFileSystem(directory);
  return refs;
}

/** Makes the directory, but not the one that it is in: a stick that is not plugged in has none. */
async function makeRepository(directory: string): Promise<void> {
  if (!existsSync(dirname(directory)))
    throw new Failure(`${dirname(directory)} does not exist`, 'Is the stick plugged in and mounted?');
  // An export removes older commits, and knows nothing of a signed summary.
  if (existsSync(ownPartOf(directory)))
    throw new Failure(
      `${directory} is a repository that a build or a mirror offers to clients`,
      'Name another directory',
    );
  makeDirectories(directory);
  requirePublishable(directory);
  await ensureRepository(directory, 'archive');
}
