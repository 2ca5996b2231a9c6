import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint } from '../host/fingerprint.ts';
import {
  declare,
  end,
  eventually,
  guestFile,
  inGuest,
  repositoryOf,
  start,
  status,
  update,
} from '../host/guests.ts';
import { bootHost, type Host } from '../host/host.ts';
import { makeMirror, publish, serverRef } from '../host/mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await declare(host, 'mail', guestFile('[Update]\nTries=3\n'));
  await update(host, 'mail');
  await start(host, 'mail');
  await inGuest(host, 'mail', 'echo kept >/etc/kept; echo kept >/var/kept');
  await host.run('machinectl', 'enable', 'mail');
  await host.run('systemctl', 'enable', 'ostree-guest-update@mail.timer');
});
afterAll(() => host?.stop());

/** The guest comes up with the host, on what it had or on what is new, and is found healthy. */
async function expectUp(commits: readonly string[]): Promise<void> {
  await eventually(
    host,
    `systemctl is-active systemd-nspawn@mail &&
     [ -z "$(ls -A /var/lib/ostree-guests/mail/trials 2>/dev/null)" ]`,
  );
  await end(host, 'ostree-guest-assess@mail');
  expect(commits).toContain((await status(host, 'mail')).running?.checksum);
  expect(await inGuest(host, 'mail', 'cat /etc/kept /var/kept')).toBe('kept\nkept');
}

test.each([
  ['an update', 'ostree-guest-update@mail'],
  ['a switch', 'ostree-guest-switch@mail'],
])('a host that loses power in %s boots with its guest, and the next update completes', async (_, unit) => {
  const before = await fingerprint(host);
  for (const seconds of [0.4, 0.9, 1.4, 2.2]) {
    const { deployments } = await status(host, 'mail');
    const commit = await publish(host, serverRef, { version: `${unit} ${seconds}` });
    if (unit.includes('switch')) await update(host, 'mail');
    await host.sh(`systemctl start --no-block ${unit}; sleep ${seconds}`);
    await host.cutPower();
    expect(await host.sh('systemctl is-active ostree-guest-update@mail.timer')).toBe('active');
    await expectUp([deployments[0]?.checksum ?? '', commit]);
    await update(host, 'mail');
    await host.run('systemctl', 'start', 'ostree-guest-switch@mail');
    await expectUp([commit]);
    expect(await host.sh(`ostree fsck --repo=${repositoryOf('mail')}`)).toContain('no errors');
  }
  expect(await fingerprint(host)).toEqual(before);
});
