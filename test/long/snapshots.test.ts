import { afterAll, beforeAll, expect, test } from 'vitest';
import { mountFileSystem } from '../host/filesystem.ts';
import { declare, guestFile, inGuest, reboot, start, status, update } from '../host/guests.ts';
import { bootHost, type Host } from '../host/host.ts';
import { makeMirror, publish, serverRef } from '../host/mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
});
afterAll(() => host?.stop());

const file = (sysroot: string) =>
  guestFile('[Update]\nSnapshotVar=yes\n').replace('[Remote]', `Sysroot=${sysroot}\n[Remote]`);

test('where files cannot share data, verify says so', async () => {
  await declare(host, 'mail', file('/srv/nowhere/sysroot'));
  const { exitCode, stdout } = await host.try('guestctl verify mail');
  expect([exitCode, stdout]).toEqual([
    1,
    expect.stringMatching(
      /mail\.guest:9:13: The file system of \/srv\/nowhere\/sysroot does not support reflinks/,
    ),
  ]);
});

test.each([
  ['xfs', ''],
  ['btrfs', ''],
  ['btrfs', 'subvolume'],
] as const)(
  'on %s %s, a rollback puts back /var as it was when the update was deployed',
  async (type, kind) => {
    const name = `${type}${kind}`;
    const sysroot = `/srv/${name}/sysroot`;
    await mountFileSystem(host, type, `/srv/${name}`);
    await declare(host, name, file(sysroot));
    expect(await host.sh(`guestctl verify ${name}`)).toBe(`${name}: no problem`);
    const first = await publish(host, serverRef, { version: `1 ${name}` });
    await update(host, name);
    if (kind)
      await host.sh(
        `cd ${sysroot}/ostree/deploy/${name} && mv var old && btrfs -q subvolume create var && cp -a old/. var && rm -r old`,
      );
    await start(host, name);
    await inGuest(host, name, 'echo old >/var/data; chown 5:5 /var/data; echo old >/etc/data');

    const second = await publish(host, serverRef, { version: `2 ${name}` });
    await update(host, name);
    await reboot(host, name);
    expect((await status(host, name)).running?.checksum).toBe(second);
    await inGuest(host, name, 'echo new >/var/data; echo new >/var/more; echo new >/etc/data');

    await host.run('guestctl', 'rollback', '--var', name);
    expect(await inGuest(host, name, 'cat /var/data')).toBe('new');
    await reboot(host, name);
    expect((await status(host, name)).running?.checksum).toBe(first);
    expect(
      await inGuest(host, name, 'cat /var/data /etc/data; stat -c %u /var/data; ! test -e /var/more'),
    ).toBe('old\nold\n5');
    expect(await host.sh(`cat ${sysroot}/var-snapshots/replaced-*/data`)).toBe('new');
    await host.run('machinectl', 'poweroff', name);
  },
);

test('immutable files in copies of /var stop no deployment, and what cannot be removed no other removal', async () => {
  const copies = '/srv/xfs/sysroot/var-snapshots';
  // The copy of the running deployment, which its update replaces, and one that is no longer needed.
  await host.sh(`cd ${copies}; ls -d *.0 replaced-*; find . -name data -exec chattr +i {} +; chattr +a replaced-*
    mkdir replaced-z mounted; mount -t tmpfs tmpfs mounted`);
  const commit = await publish(host, serverRef, { version: '3' });
  await update(host, 'xfs');
  const said = await host.sh('journalctl --sync; journalctl -o cat -n 30 -u ostree-guest-update@xfs');
  expect(said).toMatch(/^Cannot remove \S*\/mounted: .*\. The next update tries that again$/m);
  expect(await host.sh(`ls ${copies}`)).toMatch(/^[0-9a-f]{64}\.0\nmounted\nreplaced-z$/);
  await start(host, 'xfs');
  expect((await status(host, 'xfs')).running?.checksum).toBe(commit);
  await host.sh(`umount ${copies}/mounted`);
  await update(host, 'xfs');
  expect(await host.sh(`ls ${copies} /var/lib/ostree-guests/xfs`)).not.toMatch(/mounted|cleaning/);
});
