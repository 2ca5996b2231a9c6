// A whole life of guests whose tree has SELinux, on hosts without it: nothing of the tree runs outside of its container, and
// its labels are kept. What only a host with SELinux can show is said in docs/design.md.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canRehearse, declare, guestFile, inGuest, reboot, start, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, serverRef } from './mirror.ts';
import { expectedLabels, labelsIn, marksOutside, publishSelinux, watchMarks } from './selinux-tree.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await publishSelinux(host, '1');
  await declare(host, 'mail', guestFile('[Update]\nTries=1\nHealthTimeoutSec=1min\n'));
});
afterAll(() => host?.stop());

const root = '/run/ostree-guests/mail/root';
const seusers = '/etc/selinux/targeted/seusers';

async function expectKept(): Promise<void> {
  expect(await labelsIn(host, await host.sh(`realpath ${root}`))).toEqual(expectedLabels);
  expect(await marksOutside(host)).toBe('');
}

/** Updates a guest to a new version of the tree, and reboots it into that. */
async function bring(version: string): Promise<string> {
  const commit = await publishSelinux(host, version);
  await update(host, 'mail');
  await reboot(host, 'mail');
  const story = await host.sh("journalctl -o cat -n 40 -u 'ostree-guest-*@mail.service'");
  expect(await status(host, 'mail'), story).toMatchObject({ running: { checksum: commit }, staged: null });
  return commit;
}

test('on a host without bubblewrap it is created, updated, and keeps what was changed in /etc/selinux', async () => {
  expect((await host.try('test -e /usr/bin/bwrap')).exitCode).not.toBe(0);
  await update(host, 'mail');
  await watchMarks(host, 'mail');
  await start(host, 'mail');
  await expectKept();
  await inGuest(host, 'mail', `echo mine >>${seusers}; echo late >/etc/labelled/late`);
  await bring('2');
  await expectKept();
  expect(await inGuest(host, 'mail', `cat ${seusers} /etc/labelled/late /usr/share/labelled/file`)).toBe(
    'version 1\nmine\nlate\nversion 2',
  );
  // In the guest they run, and their marks are found.
  expect(await inGuest(host, 'mail', 'semodule --list; cat /etc/marked')).toMatch(/^semodule --list user:/m);
});

test('on a host with bubblewrap, too: it is not started', async () => {
  // It does what bubblewrap would be told to, without any confinement.
  await host.write(
    '/run/bin/bwrap',
    '#!/bin/sh\necho "bwrap $(readlink /proc/self/ns/user)" >>/srv/marks/marked\nwhile [ $# -gt 0 ] && [ "$1" != semodule ]; do shift; done\nexec usr/sbin/"$@"\n',
    0o755,
  );
  await host.sh(
    'mkdir /run/work; mount -t overlay overlay -o lowerdir=/usr/bin,upperdir=/run/bin,workdir=/run/work /usr/bin',
  );
  await bring('3');
  await expectKept();
});

test.runIf(canRehearse)('it is rehearsed', async () => {
  await publishSelinux(host, '4');
  await update(host, 'mail');
  await host.run('systemctl', 'start', 'ostree-guest-rehearse@mail');
  expect(await marksOutside(host)).toBe('');
});

test('it goes back, and forward again', async () => {
  const { deployments } = await status(host, 'mail');
  await host.run('guestctl', 'rollback', 'mail');
  await reboot(host, 'mail');
  expect((await status(host, 'mail')).running?.checksum).toBe(deployments[1]?.checksum);
  await expectKept();
  await host.run('guestctl', 'forgive', 'mail');
  await bring('5');
  await expectKept();
});

test('a guest of the published recipe with such a tree is adopted with its labels', async () => {
  await host.sh(`ostree remote add --repo=/ostree/repo --no-gpg-verify site file:///srv/mirror/repo
    ostree pull --repo=/ostree/repo site ${serverRef}
    ostree admin os-init old
    ostree admin deploy --retain --not-as-default --os=old site:${serverRef}`);
  await host.run('guestctl', 'adopt', 'old');
  expect(await labelsIn(host, await host.sh('realpath /run/ostree-guests/old/root'))).toEqual(expectedLabels);
  expect(await marksOutside(host)).toBe('');
});
