import { Failure } from './failure.ts';
import { run } from './process.ts';

/**
 * Removes a directory that may hold anything: follows no link, enters no mount, and goes however deep it is, where
 * Node's own rmSync() fails with ENAMETOOLONG. It may be missing.
 */
export async function removeTree(directory: string): Promise<void> {
  const { exitCode, stderr } = await run('rm', ['-rf', '--one-file-system', '--', directory]);
  if (exitCode !== 0) throw new Failure(`Cannot remove ${directory}: ${stderr.trim().split('\n')[0]}`);
}
