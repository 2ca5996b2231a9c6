import { copyFile, readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertTests } from './alerts.ts';
import { debs } from './debs.ts';
import { declare, end, eventually, inGuest, reboot, start, status, update } from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';
import { suite } from './recipe.ts';

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
  // A guest on trial is started again when it crashes.
  await end(host, 'ostree-guest-assess@mail');
  const story = await host.sh(
    "guestctl history mail; journalctl -o cat -n 60 -u 'ostree-guest-*@mail.service'",
  );
  expect(await status(host, 'mail'), story).toMatchObject({ running: { checksum: commit }, staged: null });
  expect(await inGuest(host, 'mail', 'cat /etc/kept /var/kept')).toBe('kept\nkept');
  expect(await host.sh('ls -A /boot /run/ostree')).toBe('/boot:\n\n/run/ostree:');
  expect((await host.try('test -e /ostree || test -e /sysroot')).exitCode).not.toBe(0);
});

const directory = '/var/lib/prometheus/node-exporter';
const metrics = `${directory}/ostree-guests.prom`;
/** Adds lines to a service of ours. */
async function addTo(unit: string, lines: string): Promise<void> {
  await host.write(`/run/systemd/system/${unit}.service.d/test.conf`, `[Service]\n${lines}\n`);
  await host.run('systemctl', 'daemon-reload');
}
/** Waits until no change is waiting for the metrics. */
const written = () => end(host, 'ostree-guest-changed', 'ostree-guest-metrics');
/** Waits until the metrics have a line. */
const tell = (line: string) => eventually(host, `grep -Fx '${line}' ${metrics}`);

test('each change of a guest is in its metrics soon, and nothing runs for them where nobody collects', async () => {
  const units = "-u ostree-guest-changed -u ostree-guest-metrics -u 'ostree-guest-settled@*'";
  expect(await host.sh(`journalctl --sync; journalctl -q -o cat ${units}`)).toBe('');
  await addTo('ostree-guest-changed', 'ExecStart=\nExecStart=sleep 0.5');
  await host.sh(`mkdir -p ${directory}; guestctl enable mail`);
  await tell('ostree_guest_enabled{guest="mail"} 1');
  await tell('ostree_guest_running{guest="mail"} 1');
  // A crash, which starts the unit of the user, too.
  await host.write('/etc/ostree-guests/mail.guest.d/tell.conf', '[Unit]\nOnFailure=tell.service\n');
  await host.write('/run/systemd/system/tell.service', '[Service]\nExecStart=touch /run/told\n');
  await host.run('systemctl', 'daemon-reload');
  await host.sh('systemctl kill --signal=KILL systemd-nspawn@mail');
  await tell('ostree_guest_trouble{guest="mail",kind="start failed"} 1');
  await eventually(host, 'test -e /run/told');
  await start(host, 'mail');
  await tell('ostree_guest_running{guest="mail"} 1');
  await host.sh('systemctl stop systemd-nspawn@mail');
  await tell('ostree_guest_running{guest="mail"} 0');
  const success = `grep ^ostree_guest_update_last_success_timestamp_seconds ${metrics}`;
  const before = await host.sh(success);
  await update(host, 'mail');
  await eventually(host, `[ "$(${success})" != '${before}' ]`);
  await written();
  expect(await host.sh(`stat -c '%a %U' ${metrics}; ls -A ${directory}`)).toBe(
    '644 root\nostree-guests.prom',
  );
  const bytes = /^ostree_guest_tree_bytes\{guest="mail"\} (\d+)$/m.exec(await host.sh(`cat ${metrics}`));
  expect(Number(bytes?.[1])).toBeGreaterThan(10_000_000);
});

test('a change that comes while the metrics are read is not missed', async () => {
  // Else the run that is held could be one from before.
  await written();
  await addTo('ostree-guest-metrics', "ExecStartPost=sh -c 'until [ -e /run/go-on ]; do sleep 0.1; done'");
  await host.sh('systemctl start --no-block ostree-guest-changed');
  await eventually(host, '[ "$(systemctl show -P SubState ostree-guest-metrics)" = start-post ]');
  await start(host, 'mail');
  await eventually(host, 'systemctl list-jobs | grep "ostree-guest-changed.service *start *waiting"');
  // Its state was read before, and the run that read it is the only one.
  expect(await host.sh(`grep '^ostree_guest_running' ${metrics}`)).toBe(
    'ostree_guest_running{guest="mail"} 0',
  );
  await host.sh('touch /run/go-on');
  await tell('ostree_guest_running{guest="mail"} 1');
});

test('a mirror that fails is in the metrics, and its success is remembered', async () => {
  const mirrorOf = async (url: string) => {
    const text = `[Mirror]\nURL=${url}\nRef=${serverRef}\nRepository=/srv/site\n`;
    await host.write('/etc/ostree-guests/site.mirror', text);
    await host.sh('mkdir -p /srv/site; systemctl daemon-reload');
    await host.try('systemctl start ostree-guest-mirror@site');
  };
  const success = `grep ^ostree_guest_mirror_last_success_timestamp_seconds ${metrics}`;
  await mirrorOf('file:///srv/mirror/repo');
  // The metrics may first tell of a mirror that has not run: a change of the guest has them written, too.
  await eventually(host, success);
  await tell('ostree_guest_mirror_trouble{mirror="site",kind="failed"} 0');
  const before = await host.sh(success);
  await mirrorOf('file:///srv/nowhere');
  await tell('ostree_guest_mirror_trouble{mirror="site",kind="failed"} 1');
  expect(await host.sh(success)).toBe(before);
});

test('promtool finds nothing wrong with the metrics, and each alert fires for what they say', async () => {
  // In Debian 12 it is a part of the server.
  const name = suite === 'bookworm' ? 'prometheus' : 'promtool';
  const deb = (await debs(host.trees, [name])).find((path) => basename(path).startsWith(`${name}_`)) ?? '';
  const unpack = 'dpkg-deb --fsys-tarfile "$0" | tar -x -C "$1" ./usr/bin/promtool';
  await execa('sh', ['-c', unpack, deb, host.root]);
  expect((await host.run('sh', '-c', `promtool check metrics <${metrics}`)).all).toBe('');
  await copyFile('docs/prometheus/ostree-guests.rules.yml', outside(host, '/var/tmp/rules.yml'));
  await host.write('/var/tmp/tests.yml', alertTests('/var/tmp/rules.yml'));
  expect(await host.sh('promtool test rules /var/tmp/tests.yml')).toContain('SUCCESS');
});

test('guestctl -H does it on another host, over a real ssh, with its words, output and exit status as they are', async () => {
  const packages = await debs(host.trees, ['openssh-server', 'openssh-client', 'ansible-core']);
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

describe('the guests of many hosts from one place', () => {
  beforeAll(async () => {
    for (const name of await readdir('docs/hosts'))
      await copyFile(`docs/hosts/${name}`, outside(host, `/var/tmp/${name}`));
  });
  const forget = () => host.sh('guestctl remove --yes web; rm -f /usr/lib/ostree-guests/web.guest');

  test('in the image: a preset enables the guest, and the first boot creates it once', async () => {
    await host.sh(`mkdir -p /tmp/image/{etc,usr/lib/systemd/system-preset}
      cp -a /usr/lib/systemd/system /tmp/image/usr/lib/systemd
      cp /var/tmp/50-guests.preset /tmp/image/usr/lib/systemd/system-preset
      cp /var/tmp/create-guests.service /tmp/image/usr/lib/systemd/system
      systemctl --root=/tmp/image preset machines.target create-guests.service \\
        systemd-nspawn@web.service ostree-guest-update@web.timer`);
    const wanted = 'machines.target.wants/systemd-nspawn@web timers.target.wants/ostree-guest-update@web';
    await host.sh(`cd /tmp/image/etc/systemd/system; ls multi-user.target.wants/{machines.target,create-guests.service}
      for one in ${wanted}; do ls "$one".*; done`);
    await host.sh(`cp /var/tmp/web.guest /usr/lib/ostree-guests; cp /var/tmp/create-guests.service /usr/lib/systemd/system
      systemctl daemon-reload; systemctl start create-guests`);
    const created = await status(host, 'web');
    expect(created).toMatchObject({ state: 'stopped', file: '/usr/lib/ostree-guests/web.guest' });
    await host.sh('systemctl start create-guests');
    expect(await host.sh('systemctl show -P ConditionResult create-guests')).toBe('no');
    await forget();
  });

  test('over ssh: guestctl apply says what it did, and nothing the second time', async () => {
    const apply = 'guestctl -H root@localhost:2222 apply - </var/tmp/guests';
    expect(await host.sh(apply)).toContain('/etc/ostree-guests/web.guest: created');
    expect(await host.sh(apply)).toBe('unchanged');
    await forget();
  });

  test('with Ansible: the task is changed if it changes something, and with --check if it would', async () => {
    const play = (words: string) =>
      host.sh(`cd /var/tmp; ansible-playbook --inventory localhost, --connection local ${words}`);
    expect(await play('--check playbook.yml')).toMatch(/ok=1 +changed=1 .*failed=0/);
    expect(await host.sh('ls /etc/ostree-guests')).not.toContain('web.guest');
    // Twice in one run.
    expect(await play('playbook.yml playbook.yml')).toMatch(/ok=2 +changed=1 .*failed=0/);
    expect(await status(host, 'web')).toMatchObject({ state: 'stopped' });
  });
});
