import type { Guest } from '../../config/guest.ts';
import { Failure, failureOf } from '../../host/failure.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { ostree } from '../../ostree/ostree.ts';
import { repositoryOf } from '../../ostree/repository.ts';
import { cleanup } from '../../ostree/sysroot.ts';
import { removeSnapshot, snapshotsIn } from '../../ostree/var-snapshots.ts';
import { isMarked, mark, unmark } from '../../state/markers.ts';
import type { Report } from '../../state/report.ts';
import { dropUnusedRefs } from '../../trees/unused-refs.ts';
import { unneededSnapshots } from '../keep-rule.ts';

/**
 * Removes everything that no deployment and no ref needs. Failures are reported, and stop neither the other removals nor
 * the update, which is more important than the space.
 */
export async function cleanUp(guest: Guest, report: Report): Promise<void> {
  const { name, sysroot } = guest;
  mark(name, 'cleaning.json');
  const ofCommits = await failureOf(() => removeCommits(guest));
  // An interrupted clean-up may have pruned a part of a commit, which must not count as complete.
  if (ofCommits) await pruneIncomplete(repositoryOf(sysroot));
  const ofSnapshots = await failureOf(() => removeSnapshots(sysroot));
  for (const failure of [ofCommits, ofSnapshots])
    if (failure) report.step(`${failure.message}. The next update tries that again`);
  if (!ofCommits && !ofSnapshots) unmark(name, 'cleaning.json');
}

async function removeCommits(guest: Guest): Promise<void> {
  await dropUnusedRefs(guest);
  await cleanup(guest.sysroot, guest.name);
}

async function pruneIncomplete(repository: string): Promise<void> {
  await ostree(`Cannot prune ${repository}`, `--repo=${repository}`, 'prune', '--refs-only');
}

/** Removes copies of /var. Names those that cannot be removed, when the others are gone. */
async function removeSnapshots(sysroot: string): Promise<void> {
  const failures: Failure[] = [];
  for (const snapshot of unneededSnapshots(snapshotsIn(sysroot), listDeployments(sysroot))) {
    const failure = await failureOf(() => removeSnapshot(sysroot, snapshot));
    if (failure) failures.push(failure);
  }
  if (failures.length > 0) throw new Failure(failures.map(({ message }) => message).join('; '));
}

/**
 * Repeats an interrupted clean-up: it may have left incomplete commits, which must not count as
 * complete.
 */
export async function finishCleanUp(guest: Guest, report: Report): Promise<void> {
  if (isMarked(guest.name, 'cleaning.json')) await cleanUp(guest, report);
}
