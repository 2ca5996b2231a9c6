import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, inGuest, reboot, start, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
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
  expect(await status(host, 'mail')).toMatchObject({ running: { checksum: commit }, staged: null });
  expect(await inGuest(host, 'mail', 'cat /etc/kept /var/kept')).toBe('kept\nkept');
  expect(await host.sh('ls -A /boot /run/ostree')).toBe('/boot:\n\n/run/ostree:');
  expect((await host.try('test -e /ostree || test -e /sysroot')).exitCode).not.toBe(0);
});
