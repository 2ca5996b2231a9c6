import { lstatSync } from 'node:fs';
import { requireSuccess, run } from './process.ts';

/**
 * Removes a directory with any content: follows no link, enters no mount, and works at any depth, where
 * Node's own rmSync() fails with ENAMETOOLONG. A no-op if it is missing. Immutable files need CAP_LINUX_IMMUTABLE.
 */
export async function removeTree(directory: string): Promise<void> {
  // Saves a process. A link counts, wherever it leads.
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) return;
  const remove = () => run('rm', ['-rf', '--one-file-system', '--', directory]);
  const finished = await remove();
  if (finished.exitCode === 0) return;
  await clearFlags(directory);
  requireSuccess(`Cannot remove ${directory}`, await remove());
}

/** Makes files removable that are immutable or append-only. Few are left: rm(1) has removed what it could. */
async function clearFlags(directory: string): Promise<void> {
  const withFlags = ['(', '-type', 'd', '-o', '-type', 'f', ')'];
  // chattr(1) alone would enter mounts. In each file's own directory no path can lead elsewhere.
  const clear = ['-execdir', 'chattr', '-f', '-ia', '--', '{}', '+'];
  await run('find', [directory, '-xdev', ...withFlags, ...clear], { forPeople: true });
}
