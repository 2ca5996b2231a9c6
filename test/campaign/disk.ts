// A file system of their own for the guests of a host, so small that it can be filled. It is mounted before the host boots, and outlives
// its power cuts. `npm run campaign` has a mount namespace of its own, so that it goes with that, however that ends.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Places } from '../host/host.ts';

/** In memory, where it can be: nothing is lost in a power cut of a container, and flushing it costs nothing. */
const memory = '/dev/shm';
const directory = '/var/lib/ostree-guests';

export async function mountOwnDisk({ var: variable }: Places, work: string): Promise<void> {
  const image = join(existsSync(memory) ? await mkdtemp(join(memory, 'campaign-')) : work, 'guests.img');
  const there = join(variable, 'lib/ostree-guests');
  await execa('truncate', ['--size=1500M', image]);
  await execa('mkfs.ext4', ['-q', image]);
  await mkdir(there, { recursive: true });
  await execa('mount', ['-o', 'loop', image, there]);
  // The loop device has it open.
  if (image.startsWith(memory)) await rm(dirname(image), { recursive: true });
  // Before the work directory is removed, and it is removed at the latest when this process exits: workdir.ts.
  process.prependOnceListener('exit', () => unmountOwnDisk(variable));
}

/** Lazily: the host still has it in a mount namespace of its own, until it is ended. */
export function unmountOwnDisk(variable: string): void {
  spawnSync('umount', ['--lazy', join(variable, 'lib/ostree-guests')], { stdio: 'ignore' });
}

/** To the last block: what is written lazily gives some back when it is. */
export const fillDisk = `cd ${directory}; n=0
  while (echo x >x.$n) 2>/dev/null; do
    fallocate -l $(df --output=avail --block-size=1 . | tail -n 1) fill.$n 2>/dev/null || true
    cat /dev/zero >>fill.$n 2>/dev/null || true
    sync -f .; n=$((n + 1))
  done`;
export const emptyDisk = `rm -f ${directory}/fill.* ${directory}/x.*`;
