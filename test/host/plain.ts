// A plain Debian host's files: a tree with OSTree's layout undone.
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { disableTimers } from './deployment.ts';
import type { Places } from './host.ts';

export async function copyPlainHost(
  work: string,
  trees: string,
  ref: string,
  product?: string,
): Promise<Places> {
  const root = join(work, 'root');
  // A copy, not links into the cache: here /usr is writable.
  await execa('ostree', [`--repo=${trees}`, 'checkout', '--force-copy', '--fsync=false', ref, root]);
  if (product) await execa('cp', ['-a', `${product}/.`, root]);
  await execa('sed', ['-i', '\\|/sysroot|d', join(root, 'usr/lib/tmpfiles.d/00-ostree-var.conf')]);
  await rename(join(root, 'usr/etc'), join(root, 'etc'));
  await disableTimers(root);
  for (const directory of ['home', 'mnt', 'opt', 'root', 'srv', 'tmp', 'usr/local', 'ostree', 'sysroot']) {
    await rm(join(root, directory), { recursive: true });
    if (directory !== 'ostree' && directory !== 'sysroot') await mkdir(join(root, directory));
  }
  return { root, physical: root, var: join(root, 'var'), boot: ['--tmpfs=/tmp:mode=1777'] };
}
