import { existsSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { Failure } from '../../host/failure.ts';
import { ostree } from '../../ostree/ostree.ts';
import { repositoryOf } from '../../ostree/repository.ts';
import { cleanup } from '../../ostree/sysroot.ts';
import { pruneSnapshots } from '../../ostree/var-snapshots.ts';
import type { Report } from '../../state/report.ts';
import { removeFile, stateFile, writeJson } from '../../state/state-file.ts';
import { dropUnusedRefs } from '../../trees/unused-refs.ts';

/** There while a clean-up is going on. */
const mark = (guest: string): string => stateFile(guest, 'cleaning.json');

/**
 * Removes what no deployment and no ref needs. If something cannot be removed, that is told, and stops nothing else: an update
 * is worth more than the space.
 */
export async function cleanUp(guest: Guest, report: Report): Promise<void> {
  const { name, sysroot } = guest;
  writeJson(mark(name), { since: Date.now() });
  try {
    await dropUnusedRefs(guest);
    await cleanup(sysroot, name);
    await pruneSnapshots(sysroot);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // A clean-up that was cut off may have pruned a part of a commit. Nobody must take that commit for complete.
    const repository = repositoryOf(sysroot);
    await ostree(`Cannot prune ${repository}`, `--repo=${repository}`, 'prune', '--refs-only');
    return report.step(`${error.message}. The next update tries that again`);
  }
  removeFile(mark(name));
}

/**
 * Does a clean-up again that was cut off: it may have left commits of which objects are gone, and nobody must take them for
 * complete.
 */
export async function finishCleanUp(guest: Guest, report: Report): Promise<void> {
  if (existsSync(mark(guest.name))) await cleanUp(guest, report);
}
