// Packages over a tree of RPM's: by a real dnf in it, from a signed repository, in a host that has no network.
import { copyFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
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
import { makeKey, type SigningKey } from '../host/keys.ts';
import { makeMirror, publish } from '../host/mirror.ts';
import { dnf5Recipe, dnfRecipe } from '../host/recipe.ts';
import { makeRpm, publishRpmOstreeTree, publishRpms, publishRpmTree, type Rpm } from '../host/rpms.ts';

let host: Host;
let key: SigningKey;
/** The packages that the trees have. */
let base: string[];

/** Longer than its column in what dnf prints. */
const daemonName = 'daemon-of-the-site-whose-name-is-longer-than-the-column-that-dnf-has-for-it';
const unit = '[Service]\nUser=daemon-user\nExecStart=sleep infinity\n[Install]\nWantedBy=multi-user.target\n';

const daemon = (version: string, more: Partial<Rpm> = {}) =>
  makeRpm(host, {
    name: daemonName,
    version,
    preamble: ['Requires: site-library'],
    files: {
      '/etc/daemon.conf': `of ${version}\n`,
      '/usr/share/daemon': `${version}\n`,
      '/usr/lib/systemd/system/daemon.service': unit,
      '/var/lib/daemon/data': 'kept in var\n',
    },
    scripts: {
      pre: 'id -u daemon-user >/dev/null 2>&1 || useradd --system daemon-user',
      post: 'systemctl enable daemon.service',
    },
    ...more,
  });

/** The repository of the site, with the daemon in this version. */
async function offer(version: string, more?: Partial<Rpm>): Promise<void> {
  const library = await makeRpm(host, { name: 'site-library', version: '1.0' });
  await publishRpms(host, '/srv/rpms', [library, await daemon(version, more)], key);
}

const ref = 'debian/12/dnf';
const guest = (packages: string) => `${guestFile().replace('debian/12/server', ref)}[Packages]\n${packages}
Repository=./site.repo
RepositoryKey=${key.path}
`;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  key = await makeKey(host);
  const release = await makeRpm(host, {
    name: 'site-release',
    version: '13',
    preamble: ['Provides: /bin/sh, system-release = 13'],
  });
  const files = { '/usr/share/extra': 'extra\n' };
  base = [release, await makeRpm(host, { name: 'extra', version: '1.0', files })];
  await publishRpmTree(host, dnfRecipe, ref, base);
  await offer('1.0');
  const config = await makeRpm(host, { name: 'config', version: '1.0', files: { '/etc/site': 'one\n' } });
  await host.write('/etc/ostree-guests/site.repo', '[site]\nname=Site\nbaseurl=file:///srv/rpms\n');
  await copyFile(config, outside(host, '/etc/ostree-guests/config-1.0.rpm'));
});
afterAll(() => host?.stop());

test('a guest has what a repository and a file have, its service and its user', async () => {
  await declare(host, 'rpms', guest(`Install=${daemonName} ./config-1.0.rpm\nRemove=extra`));
  await update(host, 'rpms');
  await start(host, 'rpms');
  expect(
    await inGuest(
      host,
      'rpms',
      `systemctl is-enabled daemon; systemctl is-active daemon; id -un daemon-user
       cat /etc/daemon.conf /etc/site /var/lib/daemon/data; test ! -e /usr/share/extra
       rpm -q site-library; ls /etc/rpm /etc/yum.repos.d | grep ostree-guests || :`,
    ),
  ).toBe('enabled\nactive\ndaemon-user\nof 1.0\none\nkept in var\nsite-library-1.0-1.noarch');
  expect(await inGuest(host, 'rpms', 'cat /proc/self/uid_map')).not.toMatch(/^ *0 +0 /);
});

test('nothing is made again while nothing is new', async () => {
  const before = await status(host, 'rpms');
  await update(host, 'rpms');
  expect(await status(host, 'rpms')).toMatchObject({ staged: null, deployments: before.deployments });
});

test('a script that fails fails the update, though dnf goes on, and the guest runs on', async () => {
  const before = await status(host, 'rpms');
  await offer('2.0', { scripts: { post: 'echo it breaks >&2; exit 7' } });
  const said = await failingUpdate(host, 'rpms');
  expect(said).toMatch(
    /rpms\.guest:8: cannot make the tree with .*: %post\(.*\) scriptlet failed, exit status 7/,
  );
  expect(await status(host, 'rpms')).toMatchObject({ staged: null, running: before.running });
});

test('a newer package and a newer base are one update, and can be rolled back', async () => {
  await inGuest(host, 'rpms', 'echo by hand >/etc/daemon.conf');
  await offer('2.1');
  await publish(host, ref, { from: ref, files: { '/etc/base': 'new\n' }, version: '2' });
  await update(host, 'rpms');
  expect(await host.sh('guestctl diff rpms')).toContain(`  ${daemonName}.noarch 1.0-1 -> 2.1-1\n`);
  await reboot(host, 'rpms');
  const seen = 'cat /usr/share/daemon /etc/daemon.conf; systemctl is-active daemon';
  expect(await inGuest(host, 'rpms', `cat /etc/base; ${seen}`)).toBe('new\n2.1\nby hand\nactive');
  await host.run('guestctl', 'rollback', 'rpms');
  await reboot(host, 'rpms');
  expect(await inGuest(host, 'rpms', `test ! -e /etc/base; ${seen}`)).toBe('1.0\nby hand\nactive');
});

test('a tree that has only rpm-ostree gets them from that, as the build of a container image does', async () => {
  await publishRpmOstreeTree(host, 'debian/12/own', ref);
  const text = guest(`Install=${daemonName} site-library ./config-1.0.rpm\nRemove=extra no-such-thing`);
  await declare(host, 'own', text.replace(ref, 'debian/12/own'));
  await offer('2.9', { scripts: { post: 'echo it breaks >&2; exit 7' } });
  expect(await failingUpdate(host, 'own')).toMatch(
    new RegExp(`own\\.guest:8: cannot make the tree with .*: %post of ${daemonName} failed`),
  );
  expect(await updateJournal(host, 'own')).not.toContain('(1024/0');
  await offer('3.0');
  await update(host, 'own');
  const before = (await status(host, 'own')).deployments;
  await update(host, 'own');
  expect(await status(host, 'own')).toMatchObject({ staged: null, deployments: before });
  await offer('3.1');
  await update(host, 'own');
  await start(host, 'own');
  const seen = 'cat /usr/share/daemon /etc/site; systemctl is-active daemon; test ! -e /usr/share/extra';
  expect(await inGuest(host, 'own', seen)).toBe('3.1\none\nactive');
});

test('dnf5 gives them as well: small ones too, with their scripts, signed ones only', async () => {
  const small = { name: 'small', version: '1' };
  await publishRpmTree(host, dnf5Recipe, 'debian/14/dnf5', base);
  const text = (packages: string) => guest(packages).replace(ref, 'debian/14/dnf5');
  const scripts = { post: 'echo ran >/usr/share/ran' };
  const offerSmall = async (rpm: Rpm, signed = true) =>
    publishRpms(host, '/srv/rpms', [await makeRpm(host, rpm)], signed ? key : undefined);
  const version = 'cat /usr/share/ran; rpm -q small';
  await offerSmall({ ...small, scripts });
  await declare(host, 'five', text('Install=small\nRemove=extra no-such-thing'));
  await update(host, 'five');
  await start(host, 'five');
  expect(await inGuest(host, 'five', `${version}; ! rpm -q extra`)).toBe(
    'ran\nsmall-1-1.noarch\npackage extra is not installed',
  );

  await offerSmall({ ...small, version: '2', scripts: { post: 'echo it breaks >&2; exit 7' } });
  expect(await failingUpdate(host, 'five')).toMatch(/five\.guest:8: .*error in %post scriptlet: small/);
  await offerSmall({ ...small, version: '2' }, false);
  expect(await failingUpdate(host, 'five')).toMatch(/five\.guest:8: .*small.*The package is not signed/);
  expect((await status(host, 'five')).staged).toBeNull();
  await offerSmall({ ...small, version: '3', scripts });
  await update(host, 'five');
  await reboot(host, 'five');
  expect(await inGuest(host, 'five', version)).toBe('ran\nsmall-3-1.noarch');

  await declare(host, 'five', text('Install=no-such-thing'));
  expect(await failingUpdate(host, 'five')).toMatch(
    /five\.guest:8: .*No match for argument: no-such-thing\./,
  );
});

test('a package that there is not, and one that nobody signed, are told', async () => {
  await declare(host, 'rpms', guest('Install=no-such-thing'));
  expect(await failingUpdate(host, 'rpms')).toMatch(
    /rpms\.guest:8: .* Unable to find a match: no-such-thing/,
  );
  await publishRpms(host, '/srv/rpms', [await makeRpm(host, { name: 'unsigned', version: '1' })]);
  await declare(host, 'rpms', guest('Install=unsigned'));
  expect(await failingUpdate(host, 'rpms')).toMatch(
    /rpms\.guest:8: .*unsigned.* is not signed|GPG check FAILED/,
  );
});
