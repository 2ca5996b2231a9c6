// Updates that OSTree cannot deploy: the guest is not restarted for them again and again, whoever looks is told why, and what
// is strange in /etc stops neither fetching nor cleaning.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, end, eventually, guestFile, inGuest, start, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
});
afterAll(() => host?.stop());

const leader = (name: string) => host.sh(`machinectl show ${name} --property=Leader --value`);
const said = async (name: string) =>
  (
    await host.sh(
      `for about in status list deployments diff; do guestctl $about $([ $about = list ] || echo ${name}); done`,
    )
  ).replaceAll('\u001b', '');

test('a running guest is restarted once for a commit that cannot be deployed, until something changed', async () => {
  await declare(host, 'mail', guestFile('[Update]\nAction=switch\nHealthTimeoutSec=3min\n'));
  await update(host, 'mail');
  await start(host, 'mail');
  await inGuest(host, 'mail', 'echo mine >/etc/app.conf');
  const files = { '/etc/app.conf/default': 'of the tree\n' };
  const commit = await publish(host, serverRef, { version: '2', files });

  const first = await host.try('systemctl start ostree-guest-update@mail');
  expect(first.exitCode).toBe(1);
  const running = await leader('mail');
  // The next runs leave it alone, and are no failures: the guest is as good as it can be.
  for (let run = 0; run < 2; run += 1) await update(host, 'mail');
  expect(await leader('mail')).toBe(running);

  const about = await said('mail');
  expect(about).not.toContain('the staged update; boot it:');
  expect(
    about.match(/newly defaults to directory 'app\.conf', cannot merge\. Rename or remove/g),
  ).toHaveLength(3);
  expect(about).toMatch(/^mail .* not deployed$/m);
  expect(about).toContain('Next: the running deployment, unless the staged update can be deployed then');
  const { staged } = JSON.parse(await host.sh('guestctl status -o json mail')) as {
    staged: { failure: { reason: string } };
  };
  expect(staged.failure.reason).toContain('cannot merge');
  expect(JSON.parse(await host.sh('guestctl diff -o json mail'))).toMatchObject({
    failure: staged.failure,
    etc: [],
    unmergeable: ['/etc/app.conf'],
  });

  // Something else in /etc does not help, but that file does.
  await inGuest(host, 'mail', 'echo more >/etc/more');
  await update(host, 'mail');
  expect(await leader('mail')).toBe(running);
  await inGuest(host, 'mail', 'rm /etc/app.conf');
  await update(host, 'mail');
  expect(await status(host, 'mail')).toMatchObject({ running: { checksum: commit }, staged: null });
  expect(await inGuest(host, 'mail', 'cat /etc/more /etc/app.conf/default')).toBe('more\nof the tree');
  expect(await said('mail')).not.toMatch(/failed|not deployed/);
});

test('an update that is held back is applied in its window, or by hand, whoever restarts the guest', async () => {
  const hold = async (lines: string) => {
    await host.write(
      '/etc/ostree-guests/mail.guest.d/hold.conf',
      `[Update]\nNotify=/opt/tell "a b"\n${lines}\n`,
    );
    await host.run('systemctl', 'daemon-reload');
  };
  const tell =
    '#!/bin/sh\necho "$1: $OSTREE_GUEST_ACTION $OSTREE_GUEST_OUTCOME $OSTREE_GUEST_TO" >>/run/told\nexit 1\n';
  await host.write('/opt/tell', tell);
  await host.sh('chmod +x /opt/tell');
  const running = await leader('mail');
  await hold('SwitchOnCalendar=2020-01-01\nSwitchWindowSec=1h');
  const before = (await status(host, 'mail')).running;
  const first = await publish(host, serverRef, { version: '3' });
  // Action=switch goes no further than the window allows.
  await update(host, 'mail');
  expect(await leader('mail')).toBe(running);
  expect(await status(host, 'mail')).toMatchObject({ running: before, staged: { onlyInWindow: true } });
  await host.sh('guestctl reboot mail');
  expect(await leader('mail')).not.toBe(running);
  expect(await status(host, 'mail')).toMatchObject({ running: before, staged: { checksum: first } });
  const journal = await host.sh('journalctl --sync; journalctl -o cat -n 20 -u ostree-guest-boot@mail');
  expect(journal).toContain('it is applied in the next maintenance window (SwitchWindowSec=)');
  expect(await host.sh('guestctl list')).toContain('update waits');
  await hold('SwitchOnCalendar=*:0/1\nSwitchWindowSec=1h');
  expect(await status(host, 'mail')).toMatchObject({ staged: { checksum: first, onlyInWindow: false } });
  expect(await host.sh('guestctl status mail')).toContain(
    'Next: the staged update; boot it: guestctl reboot',
  );
  expect(await host.sh('guestctl list')).not.toContain('update waits');
  await host.sh('guestctl reboot mail');
  expect(await status(host, 'mail')).toMatchObject({ running: { checksum: first }, staged: null });
  await end(host, 'ostree-guest-assess@mail');

  await hold('NotBefore=1h');
  const second = await publish(host, serverRef, { version: '4' });
  await update(host, 'mail');
  const { staged } = JSON.parse(await host.sh('guestctl status -o json mail')) as {
    staged: { appliedFrom: string; since: string };
  };
  expect(Date.parse(staged.appliedFrom) - Date.parse(staged.since)).toBe(3_600_000);
  // The timer of the window overrides nothing, however often it elapses; a person does, also if it has elapsed before.
  const held = await leader('mail');
  // Else systemd may let it elapse up to a minute later: systemd.timer(5), AccuracySec=.
  const exact = '/run/systemd/system/ostree-guest-switch@mail.timer.d/exact.conf';
  await host.write(exact, '[Timer]\nAccuracySec=10ms\n');
  await hold('NotBefore=1h\nSwitchOnCalendar=*:*:0/5');
  await host.sh('systemctl start ostree-guest-switch@mail.timer');
  const waits = "journalctl -o cat -u ostree-guest-switch@mail | grep -c 'The staged update waits'";
  await eventually(host, `[ "$(${waits})" -ge 3 ]`);
  expect(await leader('mail')).toBe(held);
  await hold('NotBefore=1h\nSwitchOnCalendar=2020-01-01');
  await host.sh('systemctl is-active ostree-guest-switch@mail.timer; sleep 3; guestctl switch mail');
  await host.sh('systemctl stop ostree-guest-switch@mail.timer');
  expect(await status(host, 'mail')).toMatchObject({ running: { checksum: second }, staged: null });

  // Each attempt was told to the command, which fails, and harms nothing.
  const told = ['staged', 'blessed'].flatMap((outcome) =>
    [first, second].map((to) => [outcome, to] as const),
  );
  for (const [outcome, to] of told)
    await eventually(host, `grep -x 'a b: [a-z]* ${outcome} ${to}' /run/told`);
  expect(
    await host.sh('wc -l </run/told; journalctl --update-catalog; journalctl -x -n 1 OSTREE_GUEST=mail'),
  ).toMatch(/^4\n[\s\S]*An attempt to change the OSTree guest mail has ended/);
  await host.sh(`rm /etc/ostree-guests/mail.guest.d/hold.conf ${exact} && systemctl daemon-reload`);
});

test('an immutable file in /etc stops no update: not the next ones, and not their clean-up', async () => {
  await declare(
    host,
    'own',
    guestFile('[Exec]\nPrivateUsers=no\n[Update]\nAction=switch\nHealthTimeoutSec=3min\n'),
  );
  await update(host, 'own');
  await start(host, 'own');
  await host.sh('chattr +i $(realpath /run/ostree-guests/own/root)/etc/issue');
  const deploy = '/var/lib/ostree-guests/own/sysroot/ostree/deploy/own/deploy';
  for (const version of ['a', 'b', 'c']) {
    const commit = await publish(host, serverRef, { version });
    await update(host, 'own');
    const story = await host.sh("journalctl -o cat -n 40 -u 'ostree-guest-*@own.service'");
    expect(await status(host, 'own'), story).toMatchObject({ running: { checksum: commit }, staged: null });
  }
  expect(await host.sh(`ls -d ${deploy}/*.0 | wc -l`)).toMatch(/^[23]$/);
});

test('what cannot be removed is told by an update, and stops it not', async () => {
  // A mount point cannot be removed, whoever tries.
  const deploy = '/var/lib/ostree-guests/own/sysroot/ostree/deploy/own/deploy';
  await host.sh(`mkdir ${deploy}/${'0'.repeat(64)}.0 && mount -t tmpfs tmpfs ${deploy}/${'0'.repeat(64)}.0`);
  const commit = await publish(host, serverRef, { version: 'd' });
  await declare(host, 'own', guestFile('[Exec]\nPrivateUsers=no\n'));
  await update(host, 'own');
  expect((await status(host, 'own')).staged?.checksum).toBe(commit);
  const journal = await host.sh('journalctl --sync; journalctl -o cat -n 30 -u ostree-guest-update@own');
  expect(journal).toMatch(/Cannot clean up .*\. The next update tries that again/);
  await host.sh(`umount ${deploy}/${'0'.repeat(64)}.0`);
  await update(host, 'own');
  expect(await host.sh(`ls ${deploy}`)).not.toContain('0000000000');
  expect(await host.sh('ls /var/lib/ostree-guests/own')).not.toContain('cleaning');
});

test('pipes and sockets in /etc stop no update: they stay where they are, and do not come along', async () => {
  await inGuest(
    host,
    'mail',
    `mkdir -p /etc/sub/deep; mkfifo /etc/sub/queue /etc/sub/deep/queue /etc/queue
    systemd-run --socket-property=ListenStream=/etc/sub/socket true
    echo own >/etc/sub/deep/file; chown 1:2 /etc/sub/deep; chmod 710 /etc/sub/deep; ln -s x /etc/sub/link`,
  );
  const before = await host.sh('realpath /run/ostree-guests/mail/root');
  const commit = await publish(host, serverRef, { version: '3' });
  await update(host, 'mail');
  expect((await status(host, 'mail')).running?.checksum).toBe(commit);
  const made =
    'cd /etc/sub; readlink link; cat deep/file; stat -c "%u:%g %a" deep; find /etc -type p -o -type s';
  expect(await inGuest(host, 'mail', made)).toBe('x\nown\n1:2 710');
  expect(await host.sh(`cd ${before}/etc; find . -type p -o -type s | sort`)).toBe(
    './queue\n./sub/deep/queue\n./sub/queue\n./sub/socket',
  );
  expect(await host.sh('ls /var/lib/ostree-guests/mail/sysroot')).not.toContain('next.');
});
