// Less for the host of a campaign to do. Each sandbox is made of all mounts that the host has, and each start of a guest asks for kernel
// modules that a container cannot load.
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

const unneeded = [
  'dev-hugepages.mount',
  'dev-mqueue.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'console-getty.service',
  'modprobe@.service',
];

/** Masks units of a host that neither the product nor its guests need; before it boots. */
export async function maskUnneeded(root: string): Promise<void> {
  const directory = join(root, 'etc/systemd/system');
  await mkdir(directory, { recursive: true });
  for (const unit of unneeded) await symlink('/dev/null', join(directory, unit));
}
