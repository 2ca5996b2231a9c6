import { existsSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { cleanup } from '../ostree/sysroot.ts';
import { pruneSnapshots } from '../ostree/var-snapshots.ts';
import { dropUnusedRefs } from '../sources/unused-refs.ts';
import { removeFile, stateFile, writeJson } from '../state/files.ts';

/** There while a clean-up is going on. */
const mark = (guest: string): string => stateFile(guest, 'cleaning.json');

/** Removes what no deployment and no ref needs. */
export async function cleanUp(guest: Guest): Promise<void> {
  const { name, sysroot } = guest;
  writeJson(mark(name), { since: Date.now() });
  await dropUnusedRefs(guest);
  await cleanup(sysroot, name);
  pruneSnapshots(sysroot);
  removeFile(mark(name));
}

/**
 * Does a clean-up again that was cut off: it may have left commits of which objects are gone, and nobody must take them for
 * complete.
 */
export async function finishCleanUp(guest: Guest): Promise<void> {
  if (existsSync(mark(guest.name))) await cleanUp(guest);
}
