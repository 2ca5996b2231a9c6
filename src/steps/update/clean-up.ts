import type { Guest } from '../../config/guest.ts';
import { Failure } from '../../host/failure.ts';
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
 * Removes everything that no deployment and no ref needs. Failures are reported and do not stop the update, which
 * is more important than the space.
 */
export async function cleanUp(guest: Guest, report: Report): Promise<void> {
  const { name, sysroot } = guest;
  mark(name, 'cleaning.json');
  try {
    await dropUnusedRefs(guest);
    await cleanup(sysroot, name);
    for (const snapshot of unneededSnapshots(snapshotsIn(sysroot), listDeployments(sysroot)))
      await removeSnapshot(sysroot, snapshot);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // An interrupted clean-up may have pruned a part of a commit, which must not count as complete.
    const repository = repositoryOf(sysroot);
    await ostree(`Cannot prune ${repository}`, `--repo=${repository}`, 'prune', '--refs-only');
    return report.step(`${error.message}. The next update tries that again`);
  }
  unmark(name, 'cleaning.json');
}

/**
 * Repeats an interrupted clean-up: it may have left incomplete commits, which must not count as
 * complete.
 */
export async function finishCleanUp(guest: Guest, report: Report): Promise<void> {
  if (isMarked(guest.name, 'cleaning.json')) await cleanUp(guest, report);
}
