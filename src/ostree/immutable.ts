import { run } from '../host/process.ts';

/** Makes the root of a deployment immutable, as OSTree does; a no-op if the file system has no such flag. */
export async function setImmutable(root: string): Promise<void> {
  await run('chattr', ['+i', '--', root]);
}
