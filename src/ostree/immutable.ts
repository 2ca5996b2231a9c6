import { run } from '../process.ts';

/** OSTree makes the root of each deployment immutable; this lets those of a sysroot be removed. */
export async function clearImmutable(sysroot: string): Promise<void> {
  const deployments = ['-path', '*/deploy/*/deploy/*', '-prune'];
  const clear = ['-exec', 'chattr', '-i', '{}', '+'];
  const where = `${sysroot}/ostree/deploy`;
  await run('find', [where, '-mindepth', '3', '-maxdepth', '3', '-type', 'd', ...deployments, ...clear]);
}

/** Makes the root of a deployment immutable, as OSTree does; a no-op where the file system has no such flag. */
export async function setImmutable(root: string): Promise<void> {
  await run('chattr', ['+i', '--', root]);
}
