// Root of a guest without a user namespace, which can write its own boot list: a pipe in it, and in what is beside it.
import { expect } from 'vitest';
import { declare, guestFile, update } from '../guests.ts';
import type { Host } from '../host.ts';

export const guest = 'pipe';
export const title = "a pipe in a guest's boot list keeps nobody waiting";

export async function attack(host: Host, neighbour: string): Promise<void> {
  await declare(host, 'pipe', guestFile('[Exec]\nPrivateUsers=no\n'));
  await update(host, 'pipe');
  await host.sh(`cd /var/lib/ostree-guests/pipe/sysroot
    mkfifo boot/loader/entries/ostree-9-x.conf
    for origin in ostree/deploy/pipe/deploy/*.origin; do rm $origin; mkfifo $origin; done`);
  for (const command of [
    'list',
    'status',
    `status ${neighbour}`,
    'deployments pipe',
    'doctor',
    'verify pipe',
  ])
    expect((await host.try(`timeout 120 guestctl ${command}`)).exitCode, command).not.toBe(124);
  await host.sh('timeout 300 machinectl start pipe; machinectl terminate pipe');
}
