// A disk that is full when a guest starts: it starts all the same, and what goes wrong then is not the fault of its update.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { empty, fill, mountFileSystem } from './filesystem.ts';
import { declare, eventually, start, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { lightFile, publishLight, readInside, untilStoppable } from './light.ts';
import { makeMirror } from './mirror.ts';

let host: Host;
let first: string;
const small = '/srv/small';

// Killed: its init may not yet know what nspawn asks of it. It is started more often than systemd lets anybody. An assessment
// would find that it ended by itself, which is no evidence on a full disk.
const stop = () =>
  host.sh(`systemctl stop ostree-guest-assess@small
    systemctl kill --signal=KILL systemd-nspawn@small
    systemctl stop systemd-nspawn@small
    systemctl reset-failed systemd-nspawn@small`);
const running = async () => (await status(host, 'small')).running?.checksum;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  // All of it: guests and what is known of them.
  await mountFileSystem(host, 'ext4', small, 600);
  await host.sh('mkdir -p /var/lib/ostree-guests && mount --bind /srv/small /var/lib/ostree-guests');
  await declare(host, 'small', lightFile('[Update]\nTries=2\nHealthCheck=false\nHealthTimeoutSec=1h\n'));
  first = await publishLight(host, '1');
  await update(host, 'small');
  await start(host, 'small');
  await host.sh('echo kept >/run/ostree-guests/small/root/etc/kept');
});
afterAll(() => host?.stop());

test('what is staged is not deployed, the guest boots what it had, and later it is', async () => {
  const second = await publishLight(host, '2');
  await update(host, 'small');
  await stop();
  await fill(host, small);
  await start(host, 'small');
  expect(await running()).toBe(first);
  expect(await readInside(host, 'small', '/etc/kept')).toBe('kept');
  const journal = await host.sh('journalctl --sync; journalctl -p err -o cat -u ostree-guest-boot@small');
  expect(journal).toMatch(/No space left.*The guest starts as it was/);
  await stop();
  await empty(host, small);
  await start(host, 'small');
  expect(await running()).toBe(second);
});

test('a deployment on trial that is not found healthy is left, though nothing can be written down', async () => {
  expect((await status(host, 'small')).trial).toMatchObject({ left: 1 });
  await fill(host, small);
  await stop();
  await start(host, 'small');
  await stop();
  await start(host, 'small');
  expect(await running()).toBe(first);
  expect(await readInside(host, 'small', '/etc/kept')).toBe('kept');
  await stop();
  await empty(host, small);
  await start(host, 'small');
  expect(await status(host, 'small')).toMatchObject({ running: { checksum: first }, trial: null });
  await eventually(host, 'guestctl deployments small | grep rejected');
});

test('a deployment on trial that ends by itself on a full disk is started again when there is room', async () => {
  await declare(host, 'small', lightFile('[Update]\nTries=1\nHealthCheck=false\nHealthTimeoutSec=1h\n'));
  const third = await publishLight(host, '3');
  await update(host, 'small');
  await stop();
  await start(host, 'small');
  await host.sh('systemctl stop ostree-guest-assess@small');
  await fill(host, small);
  await host.sh('systemctl kill --signal=KILL systemd-nspawn@small');
  await eventually(host, '[ "$(systemctl is-active systemd-nspawn@small)" = failed ]');
  await host.sh('systemctl start ostree-guest-assess@small');
  await eventually(host, 'systemctl show -P StatusText ostree-guest-assess@small | grep "Waiting for room"');
  expect((await host.try('guestctl status small')).stdout).toMatch(
    /Trouble: the guest has failed, because the host lacks something: the file system of \S+ is full/,
  );
  expect(await status(host, 'small')).toMatchObject({ rejected: [{}], trial: { tries: 1, left: 1 } });
  await empty(host, small);
  await eventually(host, '[ "$(systemctl is-active systemd-nspawn@small)" = active ]');
  expect(await running()).toBe(third);
});

test('a running guest is not restarted for an update that does not fit, but once there is room', async () => {
  await declare(host, 'small', lightFile());
  await update(host, 'small');
  await host.sh('guestctl forgive small');
  const fourth = await publishLight(host, '4');
  await update(host, 'small');
  const leader = () => host.sh('machinectl show small --property=Leader --value');
  const before = await leader();
  const byTimer = '/run/systemd/system/ostree-guest-switch@small.service.d/timer.conf';
  await host.write(byTimer, '[Service]\nEnvironment=TRIGGER_UNIT=ostree-guest-switch@small.timer\n');
  await host.sh('systemctl daemon-reload');
  // Enough to remember something, and too little for a deployment.
  await host.sh('head -c 500K /dev/urandom >/srv/small/spare; sync');
  await fill(host, small);
  await host.sh('systemctl start ostree-guest-switch@small');
  expect(await leader()).toBe(before);
  const journal = await host.sh('journalctl --sync; journalctl -o cat -n 20 -u ostree-guest-switch@small');
  expect(journal).toMatch(/A deployment takes .*small is not restarted for it\. Free space there: df /);

  // A start that somebody asks for tries it, and is told why it failed. The disk alone was at fault, so /etc does not matter.
  const restart = () => host.sh(`${untilStoppable('small')}; systemctl restart systemd-nspawn@small`);
  await host.sh('rm /srv/small/spare');
  await restart();
  expect(await running()).not.toBe(fourth);
  expect(await host.sh('guestctl status small')).toMatch(/failed to deploy the update\..* No space left/);
  const again = await leader();
  await host.sh('rm /run/ostree-guests/small/root/etc/kept; systemctl start ostree-guest-switch@small');
  expect(await leader()).toBe(again);
  await empty(host, small);
  await host.sh(`${untilStoppable('small')}; systemctl start ostree-guest-switch@small`);
  expect(await running()).toBe(fourth);
  await host.sh(`rm ${byTimer}; systemctl daemon-reload`);
});
