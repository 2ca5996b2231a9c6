// Guests whose tree is made on the host: by mmdebstrap of a mirror on the site, of an archive, by a treefile.
import { randomUUID } from 'node:crypto';
import { chmod, copyFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { debs, makeDeb, publishDebs } from './debs.ts';
import {
  declare,
  eventually,
  failingUpdate,
  guestsOnDisk,
  inGuest,
  reboot,
  start,
  status,
  treeOnDisk,
  update,
} from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { makeKey, type SigningKey } from './keys.ts';
import { makeMirror } from './mirror.ts';
import { makeBaseLayer, makeLayer } from './oci-image.ts';
import { checkout } from './paths.ts';
import { guestRecipe } from './recipe.ts';
import { makeWorkDirectory } from './workdir.ts';

/** What makes keys when it is installed: each guest is to have its own. */
const server = [...guestRecipe.packages, 'openssh-server', 'ssl-cert'];

let host: Host;
let key: SigningKey;
let packages: string[];

beforeAll(async () => {
  host = await bootHost({ product: await withCompose() });
  key = await makeKey(host);
  packages = await debs(host.trees, server, { bare: true });
  await site('1.0');
});
afterAll(() => host?.stop());

/** The product, and rpm-ostree's stand-in. */
async function withCompose(): Promise<string> {
  const product = join(makeWorkDirectory('product'), 'root');
  await cp(process.env['OSTREE_GUESTS_TEST_PRODUCT'] ?? '', product, {
    recursive: true,
    verbatimSymlinks: true,
  });
  await copyFile(join(checkout(), 'test/host/compose'), join(product, 'usr/bin/rpm-ostree'));
  await chmod(join(product, 'usr/bin/rpm-ostree'), 0o755);
  return product;
}

/** A package of the site in this version, beside Debian's own. */
async function site(version: string, postinst?: string, files: Record<string, string> = {}): Promise<void> {
  const changed = { version, files: { 'etc/site': `${version}\n`, ...files }, ...(postinst && { postinst }) };
  await publishDebs(host, '/srv/apt', [...packages, await makeDeb(host, 'site-config', changed)], key);
}

async function build(name: string, text: string): Promise<void> {
  await host.write(`/etc/ostree-guests/${name}.build`, text);
  await host.run('systemctl', 'daemon-reload');
}

const guest = (build: string, more = '') => `[Guest]\nBuild=${build}\n\n${more}`;
const journal = (unit: string) => host.sh(`journalctl --sync; journalctl -o cat --no-pager -u ${unit}`);
const runs = async (name: string) =>
  await host.sh(
    `journalctl --sync; journalctl -o json -u ostree-guest-build@${name} | grep -c '"Starting' || :`,
  );

/** What nobody reads here, and each build would unpack, hash and commit. */
const unread = ['doc', 'man', 'info', 'locale', 'i18n'];

const debian = `[Build]
Description=Debian for servers
Command=mmdebstrap --variant=minbase --include=${server.join(',')},site-config \\
    ${unread.map((directory) => `--dpkgopt=path-exclude=/usr/share/${directory}/*`).join(' ')} \\
    '' root 'deb [signed-by=/etc/apt/site.asc] copy:/srv/apt ./'

[Files]
BindReadOnly=/srv/apt
`;

test('a guest is created of a tree that mmdebstrap makes, and is a Debian like any other', async () => {
  await host.sh(`install -D -m 644 ${key.path} /etc/apt/site.asc`);
  await build('debian', debian);
  await declare(host, 'mail', guest('debian'));
  expect(await host.sh('guestctl verify')).toBe('mail: no problem\ndebian: no problem');
  await update(host, 'mail');
  await start(host, 'mail');
  expect(
    await inGuest(host, 'mail', 'systemctl is-system-running; cat /etc/site; stat -c %a /usr/bin/su'),
  ).toBe('running\n1.0\n4755');
  // The package database can be read; users, their groups and modes are right; nothing is left of the making.
  expect(await inGuest(host, 'mail', 'dpkg-query -W site-config')).toBe('site-config\t1.0');
  const helper = '/usr/lib/dbus-1.0/dbus-daemon-launch-helper';
  expect(await inGuest(host, 'mail', `stat -c %U:%G:%a ${helper}`)).toBe('root:messagebus:4754');
  expect(
    await inGuest(host, 'mail', 'ls -d /home/. /srv/. /opt/. /var/log/.; findmnt -no OPTIONS -T /usr'),
  ).toMatch(/\nro,/);
  expect(await inGuest(host, 'mail', 'cat /proc/self/uid_map')).not.toMatch(/^ *0 +0 /);
  // On another day it is the same tree: shadow(5) has the day of each password.
  expect(await inGuest(host, 'mail', 'cut -d: -f3 /usr/etc/shadow | sort -u')).toBe('10957');
  const origin = '/var/lib/ostree-guests/mail/sysroot/ostree/deploy/mail/deploy/*.origin';
  expect(await host.sh(`cat ${origin}`)).toContain('refspec=build:debian');
  expect(await host.sh('ls -A /var/lib/ostree-guests/.builds/debian')).toBe('cache\nrepo\nresult.json');
});

/** What tells one machine from another: its keys and certificates, as the guest has them. */
const identity = (name: string) =>
  inGuest(host, name, 'sha256sum /etc/ssh/ssh_host_*_key /etc/ssl/private/*.key /etc/machine-id');

test('the same tree is not committed again, and a second guest of it takes next to no room', async () => {
  const [before, room] = [await status(host, 'mail'), await guestsOnDisk(host)];
  await declare(host, 'web', guest('debian'));
  await host.run('systemctl', 'start', 'ostree-guest-update@mail', 'ostree-guest-update@web');
  expect(await journal('ostree-guest-build@debian')).toMatch(
    /Made [0-9a-f]{12}[\s\S]*Nothing new: [0-9a-f]{12}/,
  );
  expect(await status(host, 'mail')).toMatchObject({ staged: null, deployments: before.deployments });
  expect((await guestsOnDisk(host)) - room).toBeLessThan(0.05 * (await treeOnDisk(host, 'mail')));
});

test('a newer package in the repository is an update; what was edited is kept', async () => {
  await inGuest(host, 'mail', 'echo kept >/etc/kept; echo kept >/var/kept');
  const own = await identity('mail');
  await site('2.0');
  await update(host, 'mail');
  expect(await host.sh('guestctl diff mail')).toMatch(/1 upgraded:\n {2}site-config 1\.0 -> 2\.0\n/);
  await reboot(host, 'mail');
  expect(await inGuest(host, 'mail', 'cat /etc/site /etc/kept /var/kept')).toBe('2.0\nkept\nkept');
  expect(await identity('mail')).toBe(own);
});

test('a second guest of the build has keys of its own', async () => {
  await start(host, 'web');
  const [one, other] = [await identity('mail'), await identity('web')].map((text) => text.split('\n'));
  expect(one).toHaveLength(5);
  expect(one?.filter((line) => other?.includes(line))).toEqual([]);
  expect(await inGuest(host, 'web', 'ssh-keyscan -T 60 -t ed25519 127.0.0.1 2>&1')).toMatch(/ ssh-ed25519 /);
});

test('a build that fails fails the update, with its last words; the guest runs on', async () => {
  const { running, deployments } = await status(host, 'mail');
  await site('5.0', '#!/bin/sh\necho it breaks >&2\nexit 7\n');
  const said = await failingUpdate(host, 'mail');
  expect(said).toMatch(
    /mail\.guest:2: the build 'debian' failed: \/etc\/ostree-guests\/debian\.build:3: mmdebstrap failed \(exit code \d+\): E: /,
  );
  expect(said).toContain(
    'The guest is as it was. What was printed: journalctl -u ostree-guest-build@debian.service',
  );
  expect(await journal('ostree-guest-build@debian')).toContain('it breaks');
  expect((await host.try('guestctl builds --failed')).exitCode).toBe(1);
  expect(await status(host, 'mail')).toMatchObject({ running, deployments });
  expect(await host.sh('ls -A /var/lib/ostree-guests/.builds/debian')).toBe('cache\nrepo\nresult.json');
  await site('6.0');
});

/** Does not end before there is a file /srv/gate/open. */
const archive = `[Build]
Command=sh -c 'until [ -e /srv/gate/open ]; do sleep 0.1; done'
Command=cp /srv/base.tar root.tar

[Files]
BindReadOnly=/srv/gate
BindReadOnly=/srv/base.tar
`;

test('an archive will do; guests that are updated at the same time share one run', async () => {
  const { archive: base } = await makeBaseLayer(host);
  await copyFile(base, outside(host, '/srv/base.tar'));
  await build('archive', archive);
  await declare(host, 'one', guest('archive'));
  await declare(host, 'two', guest('archive'));
  const both = ['ostree-guest-update@one', 'ostree-guest-update@two'];
  await host.run('mkdir', '/srv/gate');
  await host.run('systemctl', 'start', '--no-block', ...both);
  await eventually(host, '[ "$(pgrep -c -f "^systemctl start .*ostree-guest-build@archive")" = 2 ]');
  await host.run('touch', '/srv/gate/open');
  await host.run('systemctl', 'start', ...both);
  expect(await runs('archive')).toBe('1');
  const [one, two] = [await status(host, 'one'), await status(host, 'two')];
  expect(one.deployments[0]?.checksum).toBe(two.deployments[0]?.checksum);
  await start(host, 'one');
  expect(await inGuest(host, 'one', 'systemctl is-system-running; cat /var/lib/from-image')).toBe(
    'running\nin the image',
  );
});

test('with MaxAgeSec= a result is used again, until it is too old or the build file was changed', async () => {
  await build('archive', archive.replace('[Build]', '[Build]\nMaxAgeSec=1h'));
  await update(host, 'one');
  expect(await runs('archive')).toBe('2');
  await update(host, 'two');
  expect(await runs('archive')).toBe('2');
  const due = async () =>
    Promise.all(['one', 'two'].map(async (name) => (await status(host, name)).unapplied.update));
  expect(await due()).toEqual([false, false]);
  await build('archive', archive.replace('[Build]', '[Build]\nMaxAgeSec=1s'));
  expect(await due()).toEqual([true, true]);
  await update(host, 'two');
  expect(await runs('archive')).toBe('3');
  expect(await due()).toEqual([true, false]);
  await host.sh('sleep 1.1');
  await update(host, 'one');
  expect(await runs('archive')).toBe('4');
});

test('a bad tree is given up for the one before, and a good one can be rolled back', async () => {
  const file = outside(host, '/srv/base.tar');
  const before = `${file}.before`;
  await copyFile(file, before);
  /** Leaves the archive with these files in it, too. */
  const change = async (script: string) => {
    await copyFile(before, file);
    const { archive } = await makeLayer(host.work, randomUUID(), script, false);
    await execa('tar', ['--concatenate', `--file=${file}`, archive]);
  };
  await build('archive', archive);
  await declare(host, 'one', guest('archive', '[Update]\nTries=1\nHealthTimeoutSec=3min\n'));
  await inGuest(host, 'one', 'echo kept >/etc/kept; echo kept >/var/kept');
  const good = (await status(host, 'one')).running?.checksum;
  await change(`mkdir -p usr/lib/systemd/system/multi-user.target.wants
    printf '[Service]\\nType=oneshot\\nExecStart=false\\n' >usr/lib/systemd/system/bad.service
    ln -s ../bad.service usr/lib/systemd/system/multi-user.target.wants/bad.service`);
  await update(host, 'one');
  expect((await host.try('systemctl start ostree-guest-switch@one')).exitCode).toBe(1);
  expect((await status(host, 'one')).running?.checksum).toBe(good);
  await change('mkdir -p usr/share; echo four >usr/share/release');
  await update(host, 'one');
  await host.run('systemctl', 'start', 'ostree-guest-switch@one');
  expect(await inGuest(host, 'one', 'cat /usr/share/release /etc/kept /var/kept')).toBe('four\nkept\nkept');
  await host.run('guestctl', 'rollback', 'one');
  await reboot(host, 'one');
  expect((await status(host, 'one')).running?.checksum).toBe(good);
  expect(await inGuest(host, 'one', 'test ! -e /usr/share/release; cat /etc/kept')).toBe('kept');
});

test('a command reads of the host what it was given, and writes nothing of it', async () => {
  await host.sh('mkdir -p /srv/given /srv/secret; echo given >/srv/given/file');
  const probe = `#!/bin/sh
    can() { if ( eval "$2" ) >/dev/null 2>&1; then echo "can $1"; fi; }
    for place in / /usr /etc /etc/ostree-guests /srv/given /boot /sysroot /proc/sys/kernel /sys/kernel /sys/fs/cgroup /var/lib/ostree-guests; do
      [ $place = / ] || can "write $place" "touch $place/probe"
    done
    can 'remount /usr' 'mount -o remount,rw /usr || mount -o remount,bind,rw /usr'
    can 'set the core pattern' 'echo /probe >/proc/sys/kernel/core_pattern'
    can 'read shadow' 'cat /etc/shadow'
    can 'read what it was not given' 'ls /srv/secret'
    can 'talk to systemd' 'systemctl list-units || ls /run/systemd/private /run/dbus/system_bus_socket'
    can 'make a device' 'mknod probe b 8 0'
    can 'see processes of the host' 'ls /proc/1/root/sysroot/ostree'
    can 'read what it was given' 'cat /srv/given/file'
    can 'read the configuration' 'cat /etc/os-release'
    can 'write into its own place' 'touch /build/probe'
    can 'keep something' 'touch /var/cache/probe'
    echo the end of the probe; exit 3`;
  await host.write('/etc/ostree-guests/probe', probe, 0o755);
  await build('probe', '[Build]\nCommand=./probe\n[Files]\nBindReadOnly=/srv/given\n');
  await declare(host, 'probed', guest('probe'));
  expect(await failingUpdate(host, 'probed')).toMatch(
    /probe\.build:2: \/etc\/ostree-guests\/probe failed \(exit code 3\): the end of the probe/,
  );
  const can = (await journal('ostree-guest-build@probe'))
    .split('\n')
    .filter((line) => line.startsWith('can '));
  expect(can).toEqual([
    'can read what it was given',
    'can read the configuration',
    'can write into its own place',
    'can keep something',
  ]);
  expect(await host.sh('ls /var/lib/ostree-guests/.builds/probe/cache')).toBe('probe');
  expect((await host.try('ls /probe /usr/probe /etc/probe /srv/given/probe')).stdout).toBe('');
});

test('a treefile is composed by rpm-ostree, and its commit is what guests get', async () => {
  await makeMirror(host);
  await host.sh('mkdir -p /srv/rpms/hello/usr/share; echo hello >/srv/rpms/hello/usr/share/hello');
  const treefile = { ref: 'site/server', packages: ['hello'], 'automatic-version-prefix': '40.1' };
  await host.write('/etc/ostree-guests/server.json', JSON.stringify(treefile));
  const text = '[Build]\nTreefile=./server.json\n[Files]\nBindReadOnly=/srv/rpms\nBindReadOnly=/srv/mirror\n';
  await build('server', text);
  await declare(host, 'composed', guest('server'));
  await host.run('rm', '-f', '/dev/fuse');
  expect((await host.try('guestctl verify server')).all).toMatch(
    /server\.build:2:\d+: This host has no \/dev\/fuse, which rpm-ostree needs to compose a tree/,
  );
  await host.run('mknod', '--mode=666', '/dev/fuse', 'c', '10', '229');
  await update(host, 'composed');
  await start(host, 'composed');
  expect(
    await inGuest(
      host,
      'composed',
      'cat /usr/share/hello; stat -c %a:%U /usr/bin/su; systemctl is-system-running',
    ),
  ).toBe('hello\n4755:root\nrunning');
  expect(await host.sh('guestctl status composed')).toContain('40.1');
  // The signature of a container is not taken over.
  expect(await host.sh("find /var/lib/ostree-guests/.builds/server/repo/objects -name '*.commitmeta'")).toBe(
    '',
  );
  const built = '--repo=/var/lib/ostree-guests/.builds/server/repo';
  expect(
    await host.sh(`ostree ${built} show --print-metadata-key=rpmostree.rpmdb.pkglist ostree-guests/built`),
  ).toBe("'all'");
  await update(host, 'composed');
  expect((await status(host, 'composed')).staged).toBeNull();
  expect(await host.sh('cat /var/lib/ostree-guests/.builds/server/cache/rpm-ostree/times')).toBe('++');
  await host.write(
    '/etc/ostree-guests/server.json',
    JSON.stringify({ ...treefile, packages: ['hello', 'none'] }),
  );
  expect(await failingUpdate(host, 'composed')).toMatch(
    /server\.build:2: rpm-ostree failed \(exit code 1\): error: Packages not found: none/,
  );
});

test('mistakes are told: a build that there is not, one with mistakes, a tree that was not left', async () => {
  await declare(host, 'lost', guest('debain'));
  expect((await host.try('guestctl verify lost')).stdout).toContain(
    "lost.guest:2:7: There is no build 'debain'. Did you mean debian?",
  );
  expect(await failingUpdate(host, 'lost')).toMatch(/lost\.guest:2: There is no build 'debain'/);
  await build('wrong', '[Build]\nComand=x\n');
  await declare(host, 'lost', guest('wrong'));
  expect((await host.try('guestctl verify wrong')).stdout).toMatch(
    /wrong\.build:2:1: .* Did you mean Command\?/,
  );
  expect(await failingUpdate(host, 'lost')).toMatch(/wrong\.build:2:1: .* Did you mean Command\?/);
  await build('wrong', '[Build]\nCommand=nothing-of-that-name\n[Service]\nMemoryMax=2G\n');
  expect((await host.try('guestctl verify wrong')).stdout).toContain(
    'There is no nothing-of-that-name on this host',
  );
  expect(await host.sh('systemctl show -p MemoryMax ostree-guest-build@wrong')).toBe('MemoryMax=2147483648');
  await build('wrong', '[Build]\nCommand=touch something\n');
  expect(await failingUpdate(host, 'lost')).toMatch(
    /no root directory was made: in \/build there is something/,
  );
});

test('all repositories are whole', async () => {
  await host.sh(
    'for repo in /var/lib/ostree-guests/*/sysroot/ostree/repo /var/lib/ostree-guests/.builds/*/repo; do ostree fsck --quiet --repo=$repo; done',
  );
});
