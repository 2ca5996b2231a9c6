import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint, makeHostUpdate } from './fingerprint.ts';
import {
  declare,
  guestFile,
  guestsOnDisk,
  inGuest,
  reboot,
  repositoryOf,
  start,
  status,
  treeOnDisk,
  update,
} from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
});
afterAll(() => host?.stop());

test('with an update of the host staged, guests are created, updated and rebooted, and the host stays as it was', async () => {
  await makeHostUpdate(host);
  await host.run('ostree', 'admin', 'deploy', '--stage', 'host/next');
  const before = await fingerprint(host);
  expect(before['the staged update in /run/ostree']).toContain('/run/ostree/staged-deployment');

  for (const name of ['mail', 'build']) {
    await declare(host, name);
    await update(host, name);
    await start(host, name);
  }
  for (const version of ['12.2', '12.3']) {
    const commit = await publish(host, serverRef, { version });
    for (const name of ['mail', 'build']) {
      await update(host, name);
      await reboot(host, name);
      expect((await status(host, name)).running?.checksum).toBe(commit);
    }
  }
  expect(await fingerprint(host)).toEqual(before);
});

test('a clean-up and an update of the host leave running guests alone, and they start again', async () => {
  for (const name of ['mail', 'build'])
    await inGuest(host, name, `echo ${name} >/etc/whose; echo ${name} >/var/whose`);
  const boots = () =>
    Promise.all(
      ['mail', 'build'].map((name) =>
        inGuest(host, name, 'cat /proc/sys/kernel/random/boot_id; cat /etc/whose'),
      ),
    );
  const leaders = () => host.sh('machinectl show mail build -p Leader -p RootDirectory');
  const before = [await boots(), await leaders()];

  await host.run('ostree', 'admin', 'cleanup');
  await host.run('ostree', 'admin', 'deploy', '--os=debian', 'host/next');
  await host.run('ostree', 'admin', 'cleanup');

  expect([await boots(), await leaders()]).toEqual(before);
  for (const name of ['mail', 'build']) {
    await reboot(host, name);
    expect(await inGuest(host, name, 'cat /etc/whose /var/whose')).toBe(`${name}\n${name}`);
  }
});

test('a second guest of a tree costs less than 5 % of it on disk', async () => {
  const before = await guestsOnDisk(host);
  await declare(host, 'third');
  await update(host, 'third');
  expect(await host.sh('stat -f -c %T /var/lib/ostree-guests')).toBe('ext2/ext3');
  expect((await guestsOnDisk(host)) - before).toBeLessThan(0.05 * (await treeOnDisk(host, 'mail')));
});

test('a guest of a tree that is only like it costs what is different, from a local mirror too', async () => {
  const before = await guestsOnDisk(host);
  await publish(host, 'debian/12/like', { files: { '/usr/share/different': 'x'.repeat(1_000_000) } });
  await declare(host, 'like', guestFile().replace(serverRef, 'debian/12/like'));
  await update(host, 'like');
  expect((await guestsOnDisk(host)) - before).toBeLessThan(1000 + 0.05 * (await treeOnDisk(host, 'mail')));
  expect(await host.sh(`ostree refs --repo=${repositoryOf('like')}`)).not.toContain('12/server');
});

test('a guest that tries to write everywhere changes none of the objects that it shares', async () => {
  await inGuest(
    host,
    'mail',
    `for path in $(find / -xdev -path /proc -prune -o -path /sys -prune -o -type f -print) /usr/bin/env /sysroot/x /boot/x; do
       (echo garbage >>"$path") 2>/dev/null || true
     done
     mount -o remount,rw /usr 2>/dev/null || true
     (echo garbage >>/usr/bin/env) 2>/dev/null || true`,
  );
  for (const name of ['mail', 'build']) {
    expect(await host.sh(`ostree fsck --repo=${repositoryOf(name)}`)).toContain('fsck of');
  }
});
