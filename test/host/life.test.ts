import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  declare,
  end,
  guestFile,
  inGuest,
  reaches,
  reboot,
  start,
  status,
  update,
  updateJournal,
} from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';

let host: Host;
let first: string;

beforeAll(async () => {
  host = await bootHost();
  first = await makeMirror(host);
  await declare(host, 'mail', guestFile('[Update]\nOnCalendar=daily\nRandomizedDelaySec=1h\n'));
});
afterAll(() => host?.stop());

test('a guest that was not created does not start, and says how to create it', async () => {
  expect((await status(host, 'mail')).state).toBe('not created');
  const { exitCode } = await host.try('systemctl start systemd-nspawn@mail');
  expect(exitCode).not.toBe(0);
  const { stdout } = await host.try('journalctl --sync; journalctl -o cat -u ostree-guest-boot@mail');
  expect(stdout).toContain('mail has no deployment yet. Make one: guestctl update mail');
});

test('the update service creates it', async () => {
  await update(host, 'mail');
  expect(await status(host, 'mail')).toMatchObject({ staged: null, deployments: [{ checksum: first }] });
  const journal = await updateJournal(host, 'mail');
  expect(journal).toContain('Made the sysroot /var/lib/ostree-guests/mail/sysroot');
  expect(journal).toContain('Created from site:debian/12/server');
});

test('machinectl starts it: confined, /usr read-only, /etc and /var writable', async () => {
  await start(host, 'mail');
  expect(await status(host, 'mail')).toMatchObject({ state: 'running', running: { checksum: first } });
  expect(await inGuest(host, 'mail', 'hostname; touch /etc/a /var/a; ! touch /usr/a 2>&1')).toMatch(
    /^mail\n.*Read-only file system$/,
  );
  const uidMap = await inGuest(host, 'mail', 'cat /proc/self/uid_map');
  const [inside, outside, size] = uidMap.split(/\s+/).map(Number);
  expect([inside, size]).toEqual([0, 65536]);
  expect(outside).toBeGreaterThanOrEqual(65536);
  expect(await inGuest(host, 'mail', 'stat -c %u /etc/a /var/a /usr/bin/env')).toBe('0\n0\n0');
  expect(await inGuest(host, 'mail', 'ls -A /sysroot')).toBe('tmp');
});

test('its units can be enabled, and its timer is scheduled as its file says', async () => {
  await host.run('machinectl', 'enable', 'mail');
  expect(await host.sh('systemctl is-enabled systemd-nspawn@mail')).toBe('enabled');
  await host.run('systemctl', 'enable', '--now', 'ostree-guest-update@mail.timer');
  const shown = await host.sh(
    'systemctl show -p TimersCalendar -p RandomizedDelayUSec -p Persistent ostree-guest-update@mail.timer',
  );
  expect(shown.match(/OnCalendar=/g)).toHaveLength(1);
  expect(shown).toContain('OnCalendar=*-*-* 00:00:00');
  expect(shown).toContain('RandomizedDelayUSec=1h');
  expect(shown).toContain('Persistent=yes');
  const { next, timer } = (await status(host, 'mail')).update;
  expect(timer).toBe('enabled');
  expect(new Date(next ?? 0).getTime()).toBeGreaterThan(Date.now());
});

test('nothing new is a success, and said', async () => {
  await update(host, 'mail');
  expect(await updateJournal(host, 'mail')).toMatch(/Up to date: site:debian\/12\/server \([0-9a-f]{12}\)/);
  // The first start, which failed, has made its image: no update starts a process for that.
  expect(await host.sh('journalctl --sync; journalctl -o cat -u ostree-guest-image@mail')).not.toContain(
    'Finished ',
  );
});

test('an update is staged while the guest runs on, and its own reboot boots it with late edits of /etc kept', async () => {
  const machineId = await inGuest(host, 'mail', 'cat /etc/machine-id');
  const boot = await inGuest(
    host,
    'mail',
    'cat /proc/sys/kernel/random/boot_id; systemctl show -p UserspaceTimestampMonotonic',
  );
  const second = await publish(host, serverRef, {
    version: '12.2',
    files: { '/usr/share/release': 'second' },
  });
  await update(host, 'mail');
  expect(await status(host, 'mail')).toMatchObject({
    running: { checksum: first },
    staged: { checksum: second },
  });
  expect(
    await inGuest(
      host,
      'mail',
      'cat /proc/sys/kernel/random/boot_id; systemctl show -p UserspaceTimestampMonotonic',
    ),
  ).toBe(boot);

  await inGuest(host, 'mail', 'echo late >/etc/late; echo kept >/var/lib/kept');
  await reboot(host, 'mail');
  expect(await status(host, 'mail')).toMatchObject({ running: { checksum: second }, staged: null });
  const seen = await inGuest(host, 'mail', 'cat /usr/share/release /etc/late /var/lib/kept /etc/machine-id');
  expect(seen.replace('second', 'second\n')).toBe(`second\nlate\nkept\n${machineId}`);
});

test('starting it again, or its boot step by hand, deploys nothing under the running guest', async () => {
  const { running } = await status(host, 'mail');
  const third = await publish(host, serverRef, { version: '12.3' });
  await update(host, 'mail');
  await start(host, 'mail');
  expect((await host.try('systemctl start ostree-guest-boot@mail')).exitCode).not.toBe(0);
  expect(await status(host, 'mail')).toMatchObject({ running, staged: { checksum: third } });
});

test('machinectl shell, poweroff, terminate and remove do what they do to any machine', async () => {
  expect(await host.sh('machinectl --quiet shell mail /bin/cat /etc/hostname /etc/late')).toContain('late');
  await host.run('machinectl', 'poweroff', 'mail');
  await reaches(host, 'mail', 'inactive');
  await start(host, 'mail');
  await host.run('machinectl', 'terminate', 'mail');
  await reaches(host, 'mail', 'inactive');
  // What it was started from was on trial.
  await end(host, 'ostree-guest-assess@mail');

  const before = await host.sh('find /var/lib/ostree-guests -printf "%p %m %s %l\\n" | sort | sha256sum');
  await host.run('machinectl', 'remove', 'mail');
  expect(await host.sh('find /var/lib/ostree-guests -printf "%p %m %s %l\\n" | sort | sha256sum')).toBe(
    before,
  );
  await update(host, 'mail');
  await start(host, 'mail');
  expect(await inGuest(host, 'mail', 'cat /etc/late')).toBe('late');
});

test('machinectl login gets a prompt', async () => {
  const screen = await host.sh(`script -qfec 'machinectl login mail' /run/screen </dev/null >/dev/null &
    until grep -aq login: /run/screen; do kill -0 $!; sleep 0.1; done
    kill $!; cat /run/screen`);
  expect(screen).toMatch(/mail login:|mail \S+\s+.*login:/s);
});

test('a guest that reboots itself comes back', async () => {
  await inGuest(host, 'mail', 'touch /run/flag');
  await reboot(host, 'mail', () => host.try('systemd-run --machine mail --quiet systemctl reboot'));
  expect(
    (await host.try('systemd-run --machine mail --quiet --pipe --wait --collect test -e /run/flag')).exitCode,
  ).not.toBe(0);
  expect((await status(host, 'mail')).state).toBe('running');
});

test('Action=switch restarts a running guest into the update, and leaves a stopped one stopped', async () => {
  await declare(host, 'mail', guestFile('[Update]\nAction=switch\n'));
  const fourth = await publish(host, serverRef, { version: '12.4' });
  await update(host, 'mail');
  expect(await status(host, 'mail')).toMatchObject({
    state: 'running',
    running: { checksum: fourth },
    staged: null,
  });

  await host.run('machinectl', 'stop', 'mail');
  await reaches(host, 'mail', 'inactive');
  const fifth = await publish(host, serverRef, { version: '12.5' });
  await update(host, 'mail');
  expect(await status(host, 'mail')).toMatchObject({ state: 'stopped', staged: { checksum: fifth } });
});

test('a staged commit that cannot be deployed leaves the guest to boot what was there', async () => {
  const { deployments, staged } = await status(host, 'mail');
  const broken = staged?.checksum ?? '';
  const objects = '/var/lib/ostree-guests/mail/sysroot/ostree/repo/objects';
  await host.run('rm', `${objects}/${broken.slice(0, 2)}/${broken.slice(2)}.commit`);
  await start(host, 'mail');
  const { running } = await status(host, 'mail');
  expect(deployments[0]).toMatchObject({ ...running });
  const journal = await host.sh('journalctl --sync; journalctl -p err -o cat -u ostree-guest-boot@mail');
  expect(journal).toMatch(/Cannot deploy [0-9a-f]{12}: .*The guest starts as it was/);

  // The next run repairs it.
  await update(host, 'mail');
  await reboot(host, 'mail');
  expect(await status(host, 'mail')).toMatchObject({ running: { checksum: broken }, staged: null });
});

test('guestctl list shows each guest', async () => {
  await declare(host, 'broken', '[Guest]\nRaf=x\n');
  const { exitCode, stdout, stderr } = await host.try('guestctl list');
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(
    /^GUEST +STATE +VERSION +NEXT +NOTES\nmail +running +\S+ [0-9a-f]{8} .*\nbroken +stopped .* file has mistakes/,
  );
  const failed = await host.try('guestctl list --failed');
  expect(failed.exitCode).toBe(1);
  expect(failed.stdout).toMatch(/^broken .* file has mistakes$/m);
  expect(stderr).toContain(
    "/etc/ostree-guests/broken.guest:2:1: [Guest] has no key 'Raf'. Did you mean Ref?",
  );
});
