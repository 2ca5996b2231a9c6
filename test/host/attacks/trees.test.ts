// What a tree, an image, a package or a build can do to the host and to other guests while it is worked on: nothing.
// The judge is what changed on the disk, not what the attackers' updates say of themselves.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { declare, failingUpdate, guestFile, repositoryOf, update } from '../guests.ts';
import { bootHost, type Host, outside } from '../host.ts';
import { makeMirror, mirrorPath, publish } from '../mirror.ts';
import { makeLayer, writeImage } from '../oci-image.ts';
import { makeNeighbour, type Watcher, watch } from './watcher.ts';

let host: Host;
let watcher: Watcher;

const attackers = ['package', 'image', 'usr', 'sources', 'probe', 'rootless', 'built'];

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await makeNeighbour(host);
  await host.sh(`
    umask 077; mkdir -p /root/hostdir/usr /root/hostdir/root/usr /root/hostdir/root/etc
    echo 'the password is swordfish' >/root/secret
    cp /root/secret /root/hostdir/root/usr/secret
    tar -C /root/hostdir/root -cf /root/backup.tar .
    mkdir -p -m 755 /srv/site; cp /root/secret /srv/site/secret; chmod 644 /srv/site/secret`);
  const files = attackers.map((name) => `/etc/ostree-guests/${name}`);
  watcher = await watch(host, {
    guests: attackers,
    paths: ['/srv', '/var/srv', '/var/lib/ostree-guests/.builds', '/etc/ostree-guests', ...files],
  });
});
/** Nothing is different that is not the attacker's. */
afterEach(async () => {
  expect(await watcher.changes()).toEqual([]);
});
afterAll(() => host?.stop());

/** The update fails, says why, and leaves nothing of its work. */
async function expectRefused(name: string, said: RegExp): Promise<void> {
  expect(await failingUpdate(host, name)).toMatch(said);
  expect(await host.sh(`ls -A /var/lib/ostree-guests/${name}`)).not.toMatch(/^(layers|image)$/m);
}

/** A guest that follows another ref of the mirror. */
const following = (ref: string, more: string) => guestFile(more).replace('debian/12/server', ref);

const neighbour = 'neighbour/sysroot/ostree/deploy/neighbour';

/** Stands in for the apt-get of a tree: it is what a script of a package can do, too. */
const aptGet = (install: string, simulate = '') => ({
  content: `#!/bin/sh
    case "$*" in
    *--simulate*) ${simulate || ':'}; echo 'Inst evil (1)' ;;
    *install*) ${install || ':'} ;;
    esac\n`,
  mode: 0o755,
});

test('a package makes /var a link to that of another guest', async () => {
  const install = `mv /var /var.old && ln -s ../../../${neighbour}/var /var`;
  await publish(host, 'package', { files: { '/usr/bin/apt-get': aptGet(install) } });
  await declare(host, 'package', following('package', '[Packages]\nInstall=evil\n'));
  await expectRefused(
    'package',
    /package\.guest:8: .*\/var is a link to \.\.\/.*, and has to be a directory/,
  );
});

test('the layer of an image has such a link', async () => {
  const layers = {
    relative: `mkdir usr etc; ln -s ../../../${neighbour}/var var`,
    absolute: `mkdir usr etc; ln -s /var/lib/ostree-guests/${neighbour}/var var`,
    usr: 'mkdir etc; ln -s /run/ostree-guests/neighbour/root/usr usr',
    home: `mkdir -p usr etc home var; echo x >home/planted; ln -s /var/lib/ostree-guests/${neighbour}/var var/home`,
    factory: `mkdir -p usr/share etc var/lib; echo x >var/lib/planted; ln -s /var/lib/ostree-guests/${neighbour}/var usr/share/factory`,
  };
  for (const [tag, script] of Object.entries(layers)) {
    const layer = await makeLayer(host.work, `evil-${tag}`, script, false);
    await writeImage(outside(host, '/srv/image'), tag, [layer]);
    await declare(host, 'image', `[Guest]\nImage=oci:/srv/image:${tag}\n`);
    await host.try('systemctl start ostree-guest-update@image');
  }
  await declare(host, 'image', '[Guest]\nImage=oci:/srv/image:relative\n');
  await expectRefused('image', /cannot make a tree of oci:\/srv\/image:relative: \/var is a link to /);
});

test('an image has a version with a line for the boot entry, and unpacks to more than there is room for', async () => {
  const plain = await makeLayer(host.work, 'version', 'mkdir usr etc', false);
  const labels = { 'org.opencontainers.image.version': '3\noptions ostree=/../../x' };
  await writeImage(outside(host, '/srv/image'), 'version', [plain], labels);
  await declare(host, 'image', '[Guest]\nImage=oci:/srv/image:version\n');
  await expectRefused('image', /has a version with control characters: "3\\n/);
  const layer = await makeLayer(host.work, 'bomb', 'mkdir usr etc; truncate -s 300M usr/zero');
  await writeImage(outside(host, '/srv/image'), 'bomb', [layer]);
  await host.sh(
    'mkdir -p /var/lib/ostree-guests/image; mount -t tmpfs -o size=150M none /var/lib/ostree-guests/image',
  );
  await declare(host, 'image', '[Guest]\nImage=oci:/srv/image:bomb\n');
  await expectRefused('image', /full, except for a reserve|to spare|[Nn]o space left/);
  expect(await host.sh(`df --output=pcent /var/lib/ostree-guests/image | tail -1 | tr -d ' %'`)).toMatch(
    /^\d$/,
  );
  await host.sh('umount /var/lib/ostree-guests/image');
});

/** Publishes a tree of a few files, made by a script. */
async function publishTree(ref: string, script: string): Promise<void> {
  const tree = join(host.work, `tree-${ref}`);
  await mkdir(tree);
  await execa('bash', ['-euc', script], { cwd: tree });
  const repo = outside(host, mirrorPath);
  await execa('ostree', ['commit', `--repo=${repo}`, `--branch=${ref}`, `--tree=dir=${tree}`]);
}

test('/usr of a commit is a link to the root of another guest', async () => {
  await publishTree('usr', 'mkdir etc; ln -s /run/ostree-guests/neighbour/root usr');
  await declare(host, 'usr', following('usr', '[Packages]\nInstall=less\n'));
  await expectRefused('usr', /usr\.guest:8: cannot add to \w+: \/usr is a link to /);
});

test("a tree's own sources name directories of the host", async () => {
  await publish(host, 'sources', {
    files: { '/etc/apt/sources.list': 'deb [trusted=yes] file:/srv/site ./\n' },
  });
  await declare(host, 'sources', following('sources', '[Packages]\nInstall=less\n'));
  await expectRefused('sources', /own sources name \/srv\/site, .* name it in a file of Repository=/);
  // What is closed is not given if the site names it, either.
  for (const path of ['/run/dbus', '/root', '/var/lib']) {
    await host.write('/etc/ostree-guests/closed.list', `deb [trusted=yes] file:${path} ./\n`);
    await declare(
      host,
      'sources',
      following('sources', '[Packages]\nInstall=less\nRepository=./closed.list\n'),
    );
    await expectRefused(
      'sources',
      /sources\.guest:9: file:\S+ cannot be a repository: \S+ of the host is closed/,
    );
  }
});

/** Writes down what it can. */
const probe = `{
    can() { if ( eval "$2" ) >/dev/null 2>&1; then echo "can $1"; fi; }
    echo probed
    can 'be root of the host' "! grep -v '^ *0 *0 ' /proc/self/uid_map"
    can 'read a directory of the host' 'ls /srv/site/secret'
    can 'read the secret of the host' 'cat /root/secret /srv/site/secret'
    can 'see sockets of the host' 'ls /run/dbus /run/systemd/private /run/systemd/journal/socket /run/systemd/notify'
    can 'see other guests' 'ls /var/lib/ostree-guests /run/ostree-guests'
    can 'see processes of the host' 'test -e /proc/1/root/sysroot/ostree || ls /proc | grep -qx 1000'
    can 'mount' 'mount -t tmpfs none /mnt'
    can 'make a device' 'mknod /root/disk b 8 0'
    can 'write into its input' 'touch /run/layers/script'
    can 'set the clock' 'date -s 2000-01-01'
    can 'write to the kernel' 'echo x >/proc/sys/kernel/core_pattern'
    can 'write to its tree' 'touch /usr/share/planted'
  } >/usr/share/probe`;

test('a package manager of the tree sees nothing of the host, also for a guest without a user namespace', async () => {
  const sources = ['/srv/site', '/run/dbus', '/run/systemd', '/root'].map(
    (path) => `deb [trusted=yes] file:${path} ./\n`,
  );
  await publish(host, 'probe', {
    files: {
      '/etc/apt/sources.list': sources.join(''),
      '/usr/bin/apt-get': aptGet(probe),
    },
  });
  await declare(host, 'probe', following('probe', '[Packages]\nInstall=less\n'));
  await declare(host, 'rootless', following('probe', '[Exec]\nPrivateUsers=no\n[Packages]\nInstall=less\n'));
  for (const name of ['probe', 'rootless']) {
    await update(host, name);
    const found = await host.sh(
      `ostree cat --repo=${repositoryOf(name)} ostree-guests/layered /usr/share/probe`,
    );
    expect(found).toBe('probed\ncan write to its tree');
  }
});

test('finding out what is new writes to no object that guests share', async () => {
  const write = 'for f in /vendor/x /usr/bin/less; do echo EVIL >>$f; done';
  await publish(host, 'probe', {
    files: { '/usr/bin/apt-get': aptGet('', write), '/vendor/x': 'good\n' },
  });
  await host.try('systemctl start ostree-guest-update@probe');
  await host.sh(`ostree fsck --quiet --repo=${repositoryOf('probe')}`);
});

const builds: readonly (readonly [what: string, script: string, said: RegExp])[] = [
  ['root.tar is a link', 'mkdir x; ln -s /root/backup.tar root.tar', /root\.tar is a link, not an archive/],
  ['root is a link', 'ln -s /root/hostdir/root root', /\/build\/root is a link to /],
  ['/build is a link', 'mv /build /b2; ln -s /root/hostdir /build', /\/build is a link to /],
  [
    '/usr of it is a link',
    'mkdir -p root/etc; ln -s /root/hostdir/root/usr root/usr',
    /\/usr is a link to \/root\/hostdir\/root\/usr/,
  ],
  [
    'directories that no path leads to',
    'mkdir -p root/etc root/usr; cd root/usr; x=$(printf "%0200d" 0); for i in $(seq 30); do mkdir $x; cd $x; done',
    /nested too deep/,
  ],
  ['root.tar is a pipe', 'mkfifo root.tar', /root\.tar is a pipe, not an archive/],
];

test('what a build leaves', async () => {
  for (const [, script, said] of builds) {
    await host.write('/etc/ostree-guests/attack', `#!/bin/bash\n${script}\n`, 0o755);
    await host.write('/etc/ostree-guests/evil.build', '[Build]\nCommand=./attack\n');
    await declare(host, 'built', '[Guest]\nBuild=evil\n');
    await expectRefused('built', said);
    expect(await host.sh('ls -A /var/lib/ostree-guests/.builds/evil')).not.toContain('work');
  }
  expect(await host.sh(`grep -rl 'password is swordfish' /var/lib/ostree-guests || :`)).toBe('');
});
