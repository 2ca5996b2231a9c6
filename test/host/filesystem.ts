// A file system of its own in the host, on a loop device: of another kind than the host's, or a small one.
import { join } from 'node:path';
import { execa } from 'execa';
import type { Host } from './host.ts';

/** Fills one to the last block: what is written lazily gives some back when it is. */
export const fill = (host: Host, directory: string) =>
  host.sh(`cd ${directory}; n=0
    while (echo x >x.$n) 2>/dev/null; do
      cat /dev/zero >fill.$n 2>/dev/null || true
      sync; n=$((n + 1))
    done`);
export const empty = (host: Host, directory: string) => host.sh(`rm -f ${directory}/fill.* ${directory}/x.*`);

/** Makes one and mounts it in the host. It goes with the host: the loop device is let go with its last mount. */
export async function mountFileSystem(
  host: Host,
  type: 'btrfs' | 'xfs' | 'ext4',
  directory: string,
  megabytes = 1024,
): Promise<void> {
  const image = join(host.work, `${directory.replaceAll('/', '_')}.img`);
  await execa('truncate', [`--size=${megabytes}M`, image]);
  await execa(`mkfs.${type}`, ['-q', image]);
  const { stdout: device } = await execa('losetup', ['--find', '--show', image]);
  try {
    const { stdout: number } = await execa('stat', ['--format=%Hr %Lr', device]);
    await host.sh(`mkdir -p ${directory}; [ -e ${device} ] || mknod ${device} b ${number}
      mount -t ${type} ${device} ${directory}`);
  } finally {
    await execa('losetup', ['--detach', device]);
  }
}
