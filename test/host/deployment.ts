// An OSTree host's files: a physical sysroot with one deployment, made as an installer makes it.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Places } from './host.ts';

const osname = 'debian';

/** Nothing here must outlive a power cut, and waiting for the whole disk takes seconds on a busy machine. */
const unsafe = { OSTREE_SYSROOT_DEBUG: 'skip-sync', OSTREE_SYSROOT_OPTS: 'skip-sync' };

export async function deployHost(
  work: string,
  { repo: trees, ref }: { readonly repo: string; readonly ref: string },
  product?: string,
): Promise<Places> {
  const { OSTREE_GUESTS_TEST_NODE: node } = process.env;
  const physical = join(work, 'sysroot');
  const repo = `--repo=${physical}/ostree/repo`;
  const stateroot = join(physical, 'ostree/deploy', osname);
  const ostree = (...args: string[]) => execa('ostree', args, { env: unsafe });

  await mkdir(physical);
  await ostree('admin', 'init-fs', '--modern', physical);
  await ostree(repo, 'config', 'set', 'sysroot.bootloader', 'none');
  await ostree(repo, 'pull-local', '--disable-fsync', trees, ref);
  if (product) {
    const layers = [`--tree=ref=${ref}`, `--tree=dir=${product}`];
    await ostree(repo, 'commit', '--fsync=false', `--branch=${ref}`, ...layers);
  }
  await ostree('admin', `--sysroot=${physical}`, 'os-init', osname);
  await ostree('admin', `--sysroot=${physical}`, 'deploy', `--os=${osname}`, ref);

  const deployed = (await readdir(join(stateroot, 'deploy'))).find((entry) => entry.endsWith('.0'));
  const root = join(stateroot, 'deploy', deployed ?? '');
  await disableTimers(root);
  await mkdir(join(physical, 'sysroot/tmp'), { recursive: true });
  await writeFile(join(work, 'empty'), '');
  return {
    physical,
    root,
    var: join(stateroot, 'var'),
    boot: [
      // Not what is mounted below: that is this host itself.
      `--bind=${physical}:/sysroot:norbind`,
      `--bind=${physical}/boot:/boot`,
      `--bind=${stateroot}/var:/var`,
      // Objects of the cache are linked into it: nothing may write there.
      '--bind-ro=+/usr:/usr',
      ...(node ? [`--bind-ro=${node}:/usr/bin/node`] : []),
      `--bind-ro=${work}/empty:/run/ostree-booted`,
      '--tmpfs=/tmp',
    ],
  };
}

/** Disables timers that Debian's packages enable, such as a backup at midnight: tests compare what is on the disk. */
export async function disableTimers(root: string): Promise<void> {
  await rm(join(root, 'etc/systemd/system/timers.target.wants'), { recursive: true, force: true });
}
