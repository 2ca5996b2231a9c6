// Root in a guest and a user of the host together: the one makes a setuid file, which on disk is root's, the other runs it.
import { expect } from 'vitest';
import { declare, guestFile, inGuest, start, update } from '../guests.ts';
import type { Host } from '../host.ts';

export const guest = 'setuid';
export const title = 'a user of the host runs no setuid file of a guest, wherever the guest is';

export async function attack(host: Host): Promise<void> {
  const sysroot = '/srv/guests/setuid';
  await declare(host, 'setuid', guestFile().replace('[Guest]\n', `[Guest]\nSysroot=${sysroot}\n`));
  await update(host, 'setuid');
  const mode = () => host.sh(`stat -c '%a %U:%G' ${sysroot}`);
  expect(await mode()).toBe('700 root:root');
  // As it was before, and as somebody may change it.
  await host.sh(`chmod 755 ${sysroot}; chown 1000 ${sysroot}`);
  for (const command of ['doctor', 'verify setuid']) {
    const { exitCode, all } = await host.try(`guestctl ${command}`);
    expect([exitCode, all]).toEqual([1, expect.stringContaining(`${sysroot} is open to users of this host`)]);
  }
  await start(host, 'setuid');
  expect(await mode()).toBe('700 root:root');
  await inGuest(host, 'setuid', 'cp /bin/sh /var/tmp/sh; cp /bin/sh /etc/sh; chmod 4755 /var/tmp/sh /etc/sh');
  const files = await host.sh(
    `find -L /srv/guests /run/ostree-guests/setuid /var/lib/ostree-guests/setuid -name sh -perm -4000 2>/dev/null || true`,
  );
  expect(files.split('\n').length).toBeGreaterThan(1);
  // setpriv itself may still go everywhere when it starts a program; what it starts may not.
  const asUser = (script: string) =>
    host.try(`setpriv --reuid=1000 --regid=1000 --clear-groups sh -c '${script}'`);
  for (const file of files.split('\n'))
    expect((await asUser(`${file} -pc id`)).all, file).toContain('Permission denied');
  const { all } = await asUser('for file in /proc/[0-9]*/root/var/tmp/sh; do $file -pc id; done');
  expect(all).not.toContain('euid=0');
  await host.sh(`chmod 755 ${sysroot}`);
  await update(host, 'setuid');
  expect(await mode()).toBe('700 root:root');
}
