// What a guest can leave in its /var and /etc for the commands of an administrator to fall over.
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, eventually, inGuest, start, update } from '../guests.ts';
import { bootHost, type Host } from '../host.ts';
import { makeMirror } from '../mirror.ts';

let host: Host;
const variable = '/var/lib/ostree-guests/mail/sysroot/ostree/deploy/mail/var';

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  for (const name of ['mail', 'web']) {
    await declare(host, name);
    await update(host, name);
  }
});
afterAll(() => host?.stop());

test('a journal that is a link to the journal of the host is not shown as the guest’s', async () => {
  await host.sh(`mkdir -p ${variable}/log; ln -s /run/log/journal ${variable}/log/journal`);
  const { exitCode, all } = await host.try('guestctl logs --inside mail -n 1');
  expect(exitCode).toBe(1);
  expect(all).toMatch(/mail has a link in its journal.*log\/journal/);
  await host.sh(
    `rm ${variable}/log/journal; mkdir -p ${variable}/log/journal/1; ln -s /etc/passwd ${variable}/log/journal/1/system.journal`,
  );
  expect((await host.try('guestctl logs --inside mail')).all).toMatch(/mail has a link in its journal/);
});

/** Shows the journal of a running guest in all the ways that people do. */
async function showAll() {
  const logs = 'guestctl logs --inside web -t GUESTMARK -t HOSTMARK';
  for (const command of [
    logs,
    `${logs} --boot -n all`,
    `${logs} -e`,
    // The pager ends by itself if all fits.
    `script -qec 'stty rows 50 cols 200; ${logs}' /dev/null </dev/null`,
    // Ctrl-C ends it with all that it has started.
    `rm -f /run/followed; ${logs} --follow >/run/followed & until grep -s GUESTMARK /run/followed || ((SECONDS > 300)); do sleep 0.2; done; kill -INT $!; wait || true`,
  ]) {
    const shown = await host.sh(command);
    expect([command, shown.includes('GUESTMARK'), shown.includes('HOSTMARK')]).toEqual([
      command,
      true,
      false,
    ]);
  }
}

test('nor while the guest runs, and its own is shown as it comes', async () => {
  await start(host, 'web');
  await host.sh('logger -t HOSTMARK x; journalctl --sync');
  // That of Debian 14 is on disk.
  await inGuest(host, 'web', 'logger -t GUESTMARK x; journalctl --sync');
  await showAll();
  await inGuest(
    host,
    'web',
    `mkdir -p /etc/systemd/journald.conf.d; printf '[Journal]\\nStorage=volatile\\n' >/etc/systemd/journald.conf.d/volatile.conf
    systemctl restart systemd-journald; logger -t GUESTMARK x; journalctl --sync
    rm -rf /var/log/journal; ln -s /run/log/journal /var/log/journal`,
  );
  await showAll();
  // They are killed, which systemd notices later.
  await eventually(
    host,
    `units=$(systemctl list-units --all --no-legend 'ostree-guest-logs-*') && [ -z "$units" ]`,
  );
  await inGuest(host, 'web', 'rm /var/log/journal; rm -rf /run/log; ln -s /run/log /run/log');
  expect((await host.try('guestctl logs --inside web')).all).not.toContain('HOSTMARK');
  await host.run('systemctl', 'stop', 'systemd-nspawn@web');
});

test.each([
  ['its /var', '', 'var', '/root'],
  ['an /etc', '/deploy/*.0', 'etc', '/etc'],
  ['its repository', '/../..', 'repo', '/var/lib/ostree-guests/web/sysroot/ostree/repo'],
])('%s that is a link is neither exported nor copied', async (_, below, directory, target) => {
  const place = (command: string) => host.sh(`cd ${dirname(variable)}${below}; ${command}`);
  // The root of a deployment is immutable, also for what manages itself, until that makes it mutable.
  await place(`chattr -i .; mv ${directory} kept; ln -s ${target} ${directory}`);
  for (const command of ['guestctl export mail /srv/mail.tar', 'guestctl copy mail twin']) {
    const { exitCode, all } = await host.try(command);
    expect([command, exitCode, all.includes(`/${directory} is a link, or below one`)]).toEqual([
      command,
      1,
      true,
    ]);
  }
  expect(await host.sh('ls -d /srv/mail.tar /var/lib/ostree-guests/twin 2>/dev/null || true')).toBe('');
  await place(`rm ${directory}; mv kept ${directory}`);
});

test('what is replaced by a link between the look at it and the reading does not leave the host', async () => {
  // When the commits are held, and before systemd binds what is packed: a guest that runs could do it then.
  await host.sh(`mkdir -p /run/systemd/system/ostree-guest-export-.service.d /srv/secret; touch /srv/secret/of-host
    printf '[Service]\\nExecStopPost=sh -c "cd ${dirname(variable)}; mv var kept; ln -s /srv/secret var"\\n' >/run/systemd/system/ostree-guest-export-.service.d/swap.conf
    systemctl daemon-reload`);
  const { exitCode, all } = await host.try('guestctl export mail /srv/mail.tar');
  expect([exitCode, /\/var was replaced meanwhile/.test(all)]).toEqual([1, true]);
  expect(await host.sh('ls /srv/mail.tar 2>/dev/null || true')).toBe('');
  await host.sh(`rm -r /run/systemd/system/ostree-guest-export-.service.d; systemctl daemon-reload
    cd ${dirname(variable)}; rm var; mv kept var`);
});

test('a rename makes nothing below a link', async () => {
  const sysroot = '/var/lib/ostree-guests/mail/sysroot';
  await host.sh(`mkdir -p /srv/deploy/mail; cd ${sysroot}; mv ostree kept; ln -s /srv ostree`);
  const { exitCode, all } = await host.try('guestctl rename mail post');
  expect([exitCode, all.includes('/ostree/deploy is a link, or below one')]).toEqual([1, true]);
  expect(await host.sh(`cd ${sysroot}; rm ostree; mv kept ostree; ls /srv/deploy`)).toBe('mail');
});

test('a repository that is a link is not compared', async () => {
  const commit = await host.sh(`basename ${dirname(variable)}/deploy/*.0 .0`);
  await host.sh(`cd ${dirname(variable)}/../..; mv repo /srv/outside; ln -s /srv/outside repo`);
  const { exitCode, all } = await host.try(`guestctl diff mail ${commit} ${commit}`);
  await host.sh(`cd ${dirname(variable)}/../..; rm repo; mv /srv/outside repo`);
  expect([exitCode, all]).toEqual([
    1,
    expect.stringMatching(/^Cannot compare [0-9a-f]{64} with .*No such file/),
  ]);
});

test('a boot list that was a file is not moved to where a link leads', async () => {
  await declare(host, 'mover');
  await host.sh(`mkdir -p /srv/cron /var/lib/ostree-guests/mover/sysroot; cd /var/lib/ostree-guests/mover/sysroot
    echo evil >boot; ln -s /srv/cron boot.removed`);
  await host.run('guestctl', 'remove', '--yes', 'mover');
  expect(await host.sh('ls /srv/cron; ls -d /var/lib/ostree-guests/mover 2>/dev/null || true')).toBe('');
});

test('deep directories, immutable files and links out of it do not keep a guest from being removed', async () => {
  // A path cannot be as long as this. What manages itself has the capability to make files immutable.
  await host.sh(`cd ${variable}; for i in {1..30}; do mkdir ${'d'.repeat(200)}; cd ${'d'.repeat(200)}; done
    ln -s /var/lib/ostree-guests/web ${variable}/web; mkdir -p /srv/kept; touch /srv/kept/file; ln -s /srv/kept ${variable}/kept
    mkdir ${variable}/fixed; touch ${variable}/fixed/file; chattr +i ${variable}/fixed/file /srv/kept/file; chattr +ia ${variable}/fixed`);
  await host.run('guestctl', 'remove', '--yes', 'mail');
  expect(
    await host.sh('ls -d /var/lib/ostree-guests/mail* /etc/ostree-guests/mail* 2>/dev/null || true'),
  ).toBe('');
  expect(await host.sh('lsattr /srv/kept')).toMatch(/^----i.*file$/);
  await host.run('chattr', '-i', '/srv/kept/file');
  await host.run('ostree', 'fsck', '--quiet', '--repo=/var/lib/ostree-guests/web/sysroot/ostree/repo');
});

test('an /ostree that is a link to that of another guest does not take away its protection', async () => {
  const others = '/var/lib/ostree-guests/web/sysroot/ostree';
  const flags = () => host.sh(`lsattr -d ${others}/deploy/web/deploy/*.0 | cut -c1-6`);
  expect(await flags()).toBe('----i-');
  await declare(host, 'liar');
  await host.sh(
    `mkdir -p /var/lib/ostree-guests/liar/sysroot; ln -s ${others} /var/lib/ostree-guests/liar/sysroot/ostree`,
  );
  await host.run('guestctl', 'remove', '--yes', 'liar');
  expect(await flags()).toBe('----i-');
  await host.run('ostree', 'fsck', '--quiet', `--repo=${others}/repo`);
});

test('a guest that is removed but for its /var keeps that', async () => {
  const other = variable.replaceAll('mail', 'web');
  await host.sh(`echo mine >${other}/mine`);
  await host.run('guestctl', 'remove', '--yes', '--keep-var', 'web');
  expect(
    await host.sh(
      `cat ${other}/mine; ls /var/lib/ostree-guests/web /var/lib/ostree-guests/web/sysroot/ostree`,
    ),
  ).toBe('mine\n/var/lib/ostree-guests/web:\nsysroot\n\n/var/lib/ostree-guests/web/sysroot/ostree:\ndeploy');
});
