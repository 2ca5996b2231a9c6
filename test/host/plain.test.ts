import { copyFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { debs } from './debs.ts';
import { declare, eventually, inGuest, reboot, start, status, update } from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost({ ostree: false });
  await makeMirror(host);
});
afterAll(() => host?.stop());

test('a plain Debian host creates, runs and updates a guest, and stays without OSTree', async () => {
  expect(
    (await host.try('test -e /run/ostree-booted || test -e /ostree || test -e /sysroot')).exitCode,
  ).not.toBe(0);
  await declare(host, 'mail');
  await update(host, 'mail');
  await start(host, 'mail');
  await inGuest(host, 'mail', 'echo kept >/etc/kept; echo kept >/var/kept');
  const commit = await publish(host, serverRef, { version: '12.2' });
  await update(host, 'mail');
  await reboot(host, 'mail');
  const story = await host.sh(
    "guestctl history mail; journalctl -o cat -n 60 -u 'ostree-guest-*@mail.service'",
  );
  expect(await status(host, 'mail'), story).toMatchObject({ running: { checksum: commit }, staged: null });
  expect(await inGuest(host, 'mail', 'cat /etc/kept /var/kept')).toBe('kept\nkept');
  expect(await host.sh('ls -A /boot /run/ostree')).toBe('/boot:\n\n/run/ostree:');
  expect((await host.try('test -e /ostree || test -e /sysroot')).exitCode).not.toBe(0);
});

test('guestctl -H does it on another host, over a real ssh, with its words, output and exit status as they are', async () => {
  const packages = await debs(host.trees, ['openssh-server', 'openssh-client']);
  for (const deb of packages) await copyFile(deb, outside(host, `/var/tmp/${basename(deb)}`));
  await host.sh(`
    for deb in /var/tmp/*.deb; do dpkg-deb --fsys-tarfile $deb | tar -x --keep-directory-symlink -C /; done
    ldconfig
    echo 'sshd:x:990:65534::/run/sshd:/usr/sbin/nologin' >>/etc/passwd
    mkdir -p /run/sshd /root/.ssh
    ssh-keygen -q -A
    ssh-keygen -q -N '' -t ed25519 -f /root/.ssh/id_ed25519
    cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
    systemd-run --quiet --unit=sshd -- /usr/sbin/sshd -D -p 2222 -f /usr/share/openssh/sshd_config -o UsePAM=no -o PasswordAuthentication=no
    echo 'StrictHostKeyChecking accept-new' >/root/.ssh/config`);
  await eventually(host, 'ssh -p 2222 localhost true');
  const over = 'guestctl -H root@localhost:2222';
  expect(await host.sh(`${over} status -o json mail`)).toContain('"state": "running"');
  const { stdout, exitCode } = await host.try(
    `${over} shell mail sh -c 'echo "$1"; exit 7' sh "it's  two  words"`,
  );
  expect([stdout, exitCode]).toEqual(["it's  two  words", 7]);
  const terminal = await host.try(`script -qec '${over} shell mail tty' /dev/null </dev/null`);
  expect(terminal.stdout).toMatch(/\/dev\/pts\/\d+/);
  expect((await host.try('guestctl -H root@localhost:2223 list')).exitCode).toBe(255);
});
