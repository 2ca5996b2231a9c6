import { lstatSync } from 'node:fs';
import { requireSuccess, run } from './process.ts';

/**
 * Removes a directory with any content: follows no link, enters no mount, and works at any depth, where
 * Node's own rmSync() fails with ENAMETOOLONG. A no-op if it is missing.
 */
export async function removeTree(directory: string): Promise<void> {
  // Saves a process. A link counts, wherever it leads.
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) return;
  requireSuccess(
    `Cannot remove ${directory}`,
    await run('rm', ['-rf', '--one-file-system', '--', directory]),
  );
}
