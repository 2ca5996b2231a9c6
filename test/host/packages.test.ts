// What `npm run package` makes: is it well made, and does it leave guests alone when it comes, changes and goes?
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { retries } from './debian.ts';
import { declare, end, eventually, guestFile, inGuest, reboot, start, status, update } from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { serveMirror } from './http.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';
import { checkout } from './paths.ts';
import { makePackages } from './product.ts';

let output: string;
let directory: string;
/** The package of this name whose file ends so. */
const packageOf = (end: string, name = 'ostree-guests') =>
  join(
    directory,
    readdirSync(directory).find(
      (file) => file.endsWith(end) && file.startsWith(name) && /^[-_]\d/.test(file.slice(name.length)),
    ) ?? '',
  );
const both = ['ostree-guests', 'cockpit-ostree-guests'];

beforeAll(async () => {
  output = mkdtempSync(join(tmpdir(), 'ostree-guests-packages-'));
  directory = await makePackages(output);
});
afterAll(() => rmSync(output, { recursive: true }));

test('lintian has nothing to say of the Debian packages', async () => {
  const debs = both.map((name) => packageOf('.deb', name));
  const { all } = await execa('lintian', ['--allow-root', ...debs], { all: true, reject: false });
  expect(all).toBe('');
});

test('the rpm is for every architecture, runs only what the policy and timers take, and has no file where OSTree systems have none', async () => {
  const query = async (...args: string[]) =>
    (await execa('rpm', ['--query', '--package', ...args, packageOf('.rpm')])).stdout.split('\n');
  expect(await query('--queryformat', '%{ARCH}')).toEqual(['noarch']);
  expect(await query('--triggers', '--filetriggers')).toEqual(['']);
  const scripts = (await query('--scripts')).filter((line) => /^ +/.test(line));
  const others = scripts.filter((line) => !/^ +(if )?\/usr\/sbin\/(semodule|selinuxenabled) /.test(line));
  // A removal stops timers, which nothing but an installation would start again. With no systemd, neither is run.
  expect(others).toEqual([
    "    systemctl stop 'ostree-guest-*@*.timer' || :",
    '    sh /usr/lib/ostree-guests/start-timers || :',
  ]);
  const guarded = /\[ -d \/run\/systemd\/system \]; then\n {4}(?=systemctl|sh )/g;
  expect((await query('--scripts')).join('\n').match(guarded)).toHaveLength(2);
  const list = await query('--list');
  expect(list).toContain('/usr/bin/guestctl');
  expect(list.filter((file) => !/^\/(usr\/(?!local)|etc\/ostree-guests$)/.test(file))).toEqual([]);
  const needs = (await query('--requires')).filter((need) => !need.startsWith('rpmlib('));
  expect([...new Set(needs)].sort()).toEqual([
    '/bin/sh',
    '/usr/bin/node',
    'iproute',
    'nodejs(engine) >= 20.19',
    'ostree >= 2022.7',
    'systemd >= 252',
    'systemd-container',
  ]);
});

test.each(both)('the deb and the rpm of %s have the same files, documentation aside', async (name) => {
  const list = async (file: string, ...args: string[]) =>
    (await execa(file, args)).stdout
      .split('\n')
      .map((path) => path.replace(/^\.?\/|\/$|\.gz$/g, ''))
      .filter((path) => /^(etc|usr)\/(?!share\/(doc|licenses|lintian))./.test(path) && !/\/$/.test(path));
  const ofDeb = await execa('dpkg-deb', ['--fsys-tarfile', packageOf('.deb', name)], { encoding: 'buffer' });
  const { stdout } = await execa('tar', ['-t'], { input: ofDeb.stdout });
  const deb = stdout.split('\n').map((path) => path.replace(/^\.\/|\/$|\.gz$/g, ''));
  // Debian has a directory of its own for zsh.
  const inDeb = (path: string) => path.replace('zsh/site-functions', 'zsh/vendor-completions');
  const paths = await list('rpm', '-qpl', packageOf('.rpm', name));
  expect(paths.length).toBeGreaterThan(3);
  for (const path of paths) expect(deb).toContain(inDeb(path));
});

test('the guestctl of the npm package works', async () => {
  const root = join(output, 'npm');
  const options = ['--global', '--prefer-offline', `--fetch-retries=${retries}`, '--prefix', root];
  await execa('npm', ['install', ...options, packageOf('.tgz')]);
  const { version } = JSON.parse(readFileSync(join(checkout(), 'package.json'), 'utf8'));
  expect((await execa(join(root, 'bin/guestctl'), ['--version'])).stdout).toBe(version);
});

describe('on a plain host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost({ ostree: false, product: undefined });
    await makeMirror(host);
    for (const kind of ['deb', 'rpm']) cpSync(packageOf(`.${kind}`), outside(host, `/srv/product.${kind}`));
  });
  afterAll(() => host?.stop());

  /** What must stay as it is while packages come and go. */
  const life = async () => [
    await inGuest(host, 'mail', 'cat /proc/sys/kernel/random/boot_id /etc/mine'),
    await host.sh('systemctl show --property=ActiveState,InvocationID,NRestarts systemd-nspawn@mail'),
    // What is in its /var is the business of the guest, which runs.
    await host.sh(
      'find /var/lib/ostree-guests /etc/ostree-guests -path "*/deploy/mail/var" -prune -o -print | sort | sha256sum',
    ),
  ];

  test('the guests of a fresh installation', async () => {
    await host.sh('dpkg --install /srv/product.deb');
    await declare(host, 'mail');
    await update(host, 'mail');
    await start(host, 'mail');
    await host.sh('systemctl enable --now ostree-guest-update@mail.timer');
    await inGuest(host, 'mail', 'echo mine >/etc/mine');
    expect((await status(host, 'mail')).state).toBe('running');
  });

  test('an upgrade leaves a running guest alone', async () => {
    const before = await life();
    await host.sh(`cd /srv && dpkg-deb -R product.deb new && sed -i 's/^Version:.*/&.1/' new/DEBIAN/control
      dpkg-deb -b new new.deb && dpkg --install new.deb`);
    expect(await life()).toEqual(before);
    expect(await host.sh('systemctl is-active ostree-guest-update@mail.timer')).toBe('active');
    await update(host, 'mail');
  });

  test('an upgrade in the middle of an update, and of a trial, disturbs neither', async () => {
    // The first file is held back, and the check waits for a file, until the upgrade is over.
    const server = await serveMirror(host, { files: 0 });
    const check = "sh -c 'until test -e /var/upgraded; do sleep 0.1; done'";
    const policy = `[Update]\nHealthCheck=${check}\nHealthTimeoutSec=15min\n`;
    await declare(host, 'mail', guestFile(policy, `${server.url}/repo`));
    const files = { '/usr/share/release': 'the next one\n' };
    const commit = await publish(host, serverRef, { version: '12.2', files });
    await host.sh('systemctl start --no-block ostree-guest-update@mail');
    await eventually(host, `grep -q filez ${server.log}`);
    await host.sh('dpkg --install /srv/new.deb');
    expect(await host.sh('systemctl is-active ostree-guest-update@mail || true')).toBe('activating');
    await server.release();
    await eventually(host, '[ "$(systemctl is-active ostree-guest-update@mail)" = inactive ]');
    expect((await status(host, 'mail')).staged?.checksum).toBe(commit);
    await reboot(host, 'mail');
    await eventually(host, 'systemctl show -P StatusText ostree-guest-assess@mail | grep checking');
    await host.sh('dpkg --install /srv/new.deb');
    expect(await host.sh('systemctl is-active ostree-guest-assess@mail')).toBe('active');
    await inGuest(host, 'mail', 'touch /var/upgraded');
    await eventually(host, `guestctl history mail | grep blessed | grep ${commit.slice(0, 12)}`);
    expect(await inGuest(host, 'mail', 'cat /etc/mine')).toBe('mine');
  });

  test('a timer that elapses while the package is upgraded loses no update', async () => {
    // dpkg waits where the new files are there and systemd has not been reloaded, until the update has begun.
    const elapses = `[ "$1" != upgrade ] || { systemctl restart ostree-guest-update@mail.timer
      until [ "$(systemctl show -P LastTriggerUSec ostree-guest-update@mail.timer)" != "$(cat /run/last)" ]; do sleep 0.1; done; }`;
    await host.sh(`cd /srv/new && sed -i 's/^Version:.*/&.2/' DEBIAN/control
      cat >DEBIAN/postrm <<'EOF'\n#!/bin/sh\n${elapses}\nEOF
      chmod 755 DEBIAN/postrm; dpkg-deb -b . /srv/elapses.deb; dpkg --install /srv/elapses.deb`);
    const soon = '[Timer]\nOnCalendar=\nOnActiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=1us\n';
    const dropIn = '/etc/systemd/system/ostree-guest-update@mail.timer.d/soon.conf';
    await host.write(dropIn, soon);
    await host.sh(`systemctl daemon-reload
      systemctl show -P LastTriggerUSec ostree-guest-update@mail.timer >/run/last`);
    const commit = await publish(host, serverRef, { version: '12.3' });
    await host.sh(`sed -i 's/^Version:.*/&.3/' /srv/new/DEBIAN/control; rm /srv/new/DEBIAN/postrm
      dpkg-deb -b /srv/new /srv/new.deb; dpkg --install /srv/new.deb`);
    await end(host, 'ostree-guest-update@mail');
    expect((await status(host, 'mail')).staged?.checksum).toBe(commit);
    await host.sh(
      `rm -r ${dropIn}; systemctl daemon-reload; systemctl restart ostree-guest-update@mail.timer`,
    );
  });

  // rpm works here, too, only that its own database knows no other packages, and that nothing reloads systemd after a removal.
  const rpm = 'rpm --dbpath=/srv/rpmdb --nodeps';
  test.each([
    ['dpkg --remove ostree-guests', `${rpm} --install /srv/product.rpm`],
    [`${rpm} --erase ostree-guests`, 'dpkg --install /srv/new.deb'],
    ['dpkg --purge ostree-guests', 'dpkg --install /srv/new.deb'],
  ])('%s leaves it alone, too, and %s has it back with its timers', async (remove, install) => {
    // A guest that waits for a lock; it is asked for again when the test is over.
    await host.sh('mkdir -p /var/lib/ostree-guests/waits; echo >/var/lib/ostree-guests/waits/lock-wish.json');
    await host.write(
      '/etc/systemd/system/ostree-guest-lock@waits.timer.d/late.conf',
      '[Timer]\nOnCalendar=\nOnCalendar=2199-01-01\n',
    );
    const timers = ['ostree-guest-update@mail.timer', 'ostree-guest-lock@waits.timer'];
    const before = await life();
    await host.sh(remove);
    expect(await life()).toEqual(before);
    for (const timer of timers) expect(await host.sh(`systemctl is-active ${timer} || :`)).toBe('inactive');
    expect(await host.sh('command -v guestctl || :')).toBe('');
    expect(await host.sh("systemctl list-units --all --no-legend --state=failed 'ostree-guest-*'")).toBe('');
    await host.sh(install);
    expect(await life()).toEqual(before);
    for (const timer of timers) expect(await host.sh(`systemctl is-active ${timer} || :`)).toBe('active');
    await update(host, 'mail');
    expect((await status(host, 'mail')).state).toBe('running');
  });
});
