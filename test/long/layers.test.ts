// Packages over the tree of a remote, by the tree's own apt: real postfix, in a host that has no network.
import { copyFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeDeb, debs, makeDeb, publishDebs } from '../host/debs.ts';
import {
  copiesOf,
  declare,
  failingUpdate,
  guestFile,
  inGuest,
  reboot,
  start,
  status,
  update,
  updateJournal,
} from '../host/guests.ts';
import { bootHost, type Host, outside } from '../host/host.ts';
import { serveMirror } from '../host/http.ts';
import { makeKey, type SigningKey } from '../host/keys.ts';
import { makeMirror, publish, serverRef } from '../host/mirror.ts';

let host: Host;
let key: SigningKey;
let originals: string[];
let packages: string[];

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  key = await makeKey(host);
  originals = await debs(host.trees, ['postfix']);
  packages = originals;
  await publishDebs(host, '/srv/apt', packages, key);
  await publish(host, serverRef, { version: '13.1', files: { '/etc/apt/sources.list': '' } });
  const config = await makeDeb(host, 'site-config', { version: '1.0', files: { 'etc/site': 'one\n' } });
  await host.write('/etc/ostree-guests/site.sources', 'Types: deb\nURIs: file:/srv/apt\nSuites: ./\n');
  await copyFile(config, outside(host, '/etc/ostree-guests/site-config_1.0.deb'));
});
afterAll(() => host?.stop());

const mail = (more = '') =>
  guestFile(`[Packages]\nInstall=postfix\nRepository=./site.sources\nRepositoryKey=${key.path}\n${more}`);

const withConfig = 'Install=./site-config_1.0.deb\n';

const banner = () => inGuest(host, 'mail', `bash -c 'exec 3<>/dev/tcp/127.0.0.1/25; head -n1 <&3'`);
const versionOf = (name: string) => inGuest(host, 'mail', `dpkg -s ${name} | sed -n 's/^Version: //p'`);
const owners = () =>
  inGuest(host, 'mail', 'stat -c %u:%g /var/lib/postfix; stat -c %g /usr/sbin/postdrop; id postfix');

/** The package in another version, in the repository. */
async function upgrade(name: string, version: string, postinst?: string): Promise<void> {
  const isOld = (deb: string) => deb.includes(`/${name}_`);
  const deb = await changeDeb(host, originals.find(isOld) ?? '', { version, ...(postinst && { postinst }) });
  packages = [...packages.filter((other) => !isOld(other)), deb];
  await publishDebs(host, '/srv/apt', packages, key);
}

test('a guest is made of a remote tree with postfix, which answers on its port', async () => {
  await declare(host, 'mail', mail(withConfig));
  await update(host, 'mail');
  await start(host, 'mail');
  expect(await inGuest(host, 'mail', 'systemctl is-enabled postfix && systemctl is-active postfix')).toBe(
    'enabled\nactive',
  );
  expect(await banner()).toMatch(/^220 mail.* ESMTP Postfix/);
  expect(await inGuest(host, 'mail', 'cat /etc/site')).toBe('one');
  // As confined as any other guest, and with nothing left of how it was made.
  expect(await inGuest(host, 'mail', 'cat /proc/self/uid_map')).not.toMatch(/^ *0 +0 /);
  const ours =
    'ls /etc/apt/sources.list.d /etc/apt/trusted.gpg.d /usr/sbin/policy-rc.d /var/srv 2>/dev/null || :';
  expect(await inGuest(host, 'mail', ours)).not.toMatch(/ostree-guests|policy-rc|apt$/m);
  expect(await host.sh('ls -A /var/lib/ostree-guests/mail')).not.toContain('layers');
});

test('nothing is made again while nothing is new', async () => {
  const before = await status(host, 'mail');
  await update(host, 'mail');
  expect(await status(host, 'mail')).toMatchObject({ staged: null, deployments: before.deployments });
  const journal = await updateJournal(host, 'mail');
  expect(journal).toMatch(/Up to date: site:debian\/12\/server \([0-9a-f]{12}\)/);
  // What systemd-run says of units of ours is for our programs.
  expect(journal).not.toMatch(/Running as unit|Finished with result/);
});

test('a second guest over the same tree shares the files of the packages, and what it is called is its own', async () => {
  await declare(host, 'twin', mail(withConfig));
  await update(host, 'twin');
  const deployed = (name: string) =>
    `/var/lib/ostree-guests/${name}/sysroot/ostree/deploy/${name}/deploy/*.0`;
  const inodes = (name: string) =>
    host.sh(`cd ${deployed(name)}; stat -c '%n %i' usr/sbin/post* usr/etc/site`);
  expect(await inodes('twin')).toBe(await inodes('mail'));
  expect(await host.sh(`grep '^myhostname' ${deployed('twin')}/usr/etc/postfix/main.cf`)).toMatch(/= twin/);
  await host.run('guestctl', 'remove', '--yes', 'twin');
});

test('a new base and a new postfix are one update; edited configuration, users and spool survive it', async () => {
  await inGuest(
    host,
    'mail',
    `
    postconf -e 'smtpd_banner=edited by hand' && systemctl reload postfix
    useradd --system --no-create-home local
    echo letter >/var/spool/postfix/letter`,
  );
  const [before, old] = [await owners(), await versionOf('postfix')];
  await publish(host, serverRef, {
    version: '13.2',
    files: { '/etc/apt/sources.list': '', '/etc/base': 'new\n' },
  });
  await upgrade('postfix', `${old}+site1`);
  await update(host, 'mail');
  expect(await versionOf('postfix')).toBe(old);
  const difference = await host.sh('guestctl diff mail');
  expect(difference).toMatch(/^13\.1 .* -> 13\.2 /);
  expect(difference).toMatch(/1 upgraded:\n {2}postfix (\S+) -> \1\+site1\n/);
  await reboot(host, 'mail');
  expect(await versionOf('postfix')).toBe(`${old}+site1`);
  expect(await inGuest(host, 'mail', 'cat /etc/base /var/spool/postfix/letter')).toBe('new\nletter');
  expect(await banner()).toBe('220 edited by hand');
  expect(await inGuest(host, 'mail', 'id -un local')).toBe('local');
  expect(await owners()).toBe(before);
  expect(await copiesOf(host, 'mail', 'usr/bin/dpkg')).toBe('1');
});

test('an edit of the declaration is an update; a user it brings arrives where /etc/passwd was changed', async () => {
  const postinst = '#!/bin/sh\nset -e\nuseradd --system --user-group --no-create-home visitor\n';
  const next = await makeDeb(host, 'site-config', {
    version: '2.0',
    files: { 'etc/site': 'two\n', 'var/lib/site/data': 'kept in var\n' },
    postinst,
  });
  await copyFile(next, outside(host, '/etc/ostree-guests/site-config_2.0.deb'));
  await declare(host, 'mail', mail('Install=./site-config_2.0.deb\n'));
  await update(host, 'mail');
  await reboot(host, 'mail');
  expect(await inGuest(host, 'mail', 'cat /etc/site /var/lib/site/data; id -un visitor local')).toBe(
    'two\nkept in var\nvisitor\nlocal',
  );
  await declare(host, 'mail', mail('Remove=less\n'));
  await update(host, 'mail');
  await reboot(host, 'mail');
  expect(await inGuest(host, 'mail', 'cat /etc/site /usr/bin/less 2>/dev/null || echo gone')).toBe('gone');
  expect(await banner()).toBe('220 edited by hand');
});

test('what the repositories offer newer is an update, too; a script that fails fails it, and the guest runs on', async () => {
  const before = await status(host, 'mail');
  const old = await versionOf('postfix');
  await upgrade('postfix', `${old}+broken`, '#!/bin/sh\necho it breaks >&2\nexit 7\n');
  const said = await failingUpdate(host, 'mail');
  expect(said).toMatch(/mail\.guest:8: cannot make the tree with postfix, without less: .*postfix/);
  expect(said).toMatch(/The guest is as it was/);
  expect(await status(host, 'mail')).toMatchObject({ staged: null, running: before.running });
  expect(await host.sh('ls -A /var/lib/ostree-guests/mail')).not.toContain('layers');
  await upgrade('postfix', `${old}+mended`);
  await update(host, 'mail');
  await reboot(host, 'mail');
  expect(await versionOf('postfix')).toBe(`${old}+mended`);
  expect(await banner()).toBe('220 edited by hand');
  expect(await host.sh('ostree fsck --repo=/var/lib/ostree-guests/mail/sysroot/ostree/repo')).toMatch(/fsck/);
});

test('it is rolled back; a bad package is given up for what ran before', async () => {
  const mended = await versionOf('postfix');
  await host.run('guestctl', 'rollback', 'mail');
  await reboot(host, 'mail');
  expect(await versionOf('postfix')).not.toBe(mended);
  expect(await banner()).toBe('220 edited by hand');
  const good = (await status(host, 'mail')).running?.checksum;
  const bad = await makeDeb(host, 'site-config', {
    version: '3.0',
    files: { 'usr/lib/systemd/system/bad.service': '[Service]\nType=oneshot\nExecStart=false\n' },
    postinst: `#!/bin/sh\nln -s ../bad.service /usr/lib/systemd/system/multi-user.target.wants\n`,
  });
  await copyFile(bad, outside(host, '/etc/ostree-guests/site-config_3.0.deb'));
  const trial = '\n[Update]\nTries=1\nHealthTimeoutSec=3min\n';
  await declare(host, 'mail', mail(`Install=./site-config_3.0.deb\n${trial}`));
  await update(host, 'mail');
  expect((await host.try('systemctl start ostree-guest-switch@mail')).exitCode).toBe(1);
  expect((await status(host, 'mail')).running?.checksum).toBe(good);
});

test('a package that there is not, and a file, are told with their place', async () => {
  await declare(host, 'mail', mail('Install=no-such-thing\n'));
  expect(await failingUpdate(host, 'mail')).toMatch(
    /mail\.guest:11: .* Unable to locate package no-such-thing/,
  );
  await declare(host, 'mail', mail('Install=./none.deb\n'));
  expect(await failingUpdate(host, 'mail')).toMatch(
    /mail\.guest:11: \/etc\/ostree-guests\/none\.deb does not exist/,
  );
});

test('over HTTP, nothing new is found out by one request to the repository, and without a container', async () => {
  const server = await serveMirror(host);
  const publishTool = async (version: string) =>
    publishDebs(host, '/srv/mirror/apt', [await makeDeb(host, 'site-tool', { version })], key);
  await publishTool('1.0');
  await host.write('/etc/ostree-guests/web.sources', `Types: deb\nURIs: ${server.url}/apt\nSuites: ./\n`);
  const text = `[Packages]\nInstall=site-tool\nRepository=./web.sources\nRepositoryKey=${key.path}\n`;
  await declare(host, 'web', guestFile(text, `${server.url}/repo`));
  await update(host, 'web');
  // Finds nothing new in a container, and writes down what it asked.
  await update(host, 'web');
  const containers = () =>
    host.sh("journalctl --sync; journalctl -o cat _PID=1 | grep -c 'Started ostree-guest-layers-web'");
  const before = await containers();
  expect(Number(before)).toBeGreaterThan(1);
  await server.forget();
  await update(host, 'web');
  expect((await server.requests()).filter((path) => !path.startsWith('/repo/'))).toEqual(['/apt/InRelease']);
  expect(await containers()).toBe(before);
  expect((await updateJournal(host, 'web')).match(/Up to date: /g)).toHaveLength(2);
  await publishTool('2.0');
  await update(host, 'web');
  expect((await status(host, 'web')).staged).not.toBeNull();
  await server.stop();
});
