// Guests as files: exported from one host, imported on another. Archives that were cut off, damaged or made to do harm.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { manifestText } from '../../src/guestctl/transfer/manifest.ts';
import { passOn, trailerOf, writeAll } from '../../src/guestctl/transfer/stream.ts';
import { checksumFrom } from '../../src/ostree/names.ts';
import { makeDeb } from '../host/debs.ts';
import { mountFileSystem } from '../host/filesystem.ts';
import { declare, eventually, guestFile, inGuest, start, status, update } from '../host/guests.ts';
import { bootHost, type Host, outside } from '../host/host.ts';
import { lightFile, publishLight, readInside, untilStoppable } from '../host/light.ts';
import { makeMirror, publish, serverRef } from '../host/mirror.ts';
import { checkout } from '../host/paths.ts';

/** The host that guests come from, and a bare one. */
let a: Host;
let b: Host;

beforeAll(async () => {
  [a, b] = await Promise.all([bootHost(), bootHost()]);
  await makeMirror(a);
  await makeParts();
  // The trees of the hosts do not have it.
  for (const { root } of [a, b]) await execa('cp', ['/usr/bin/zstd', `${root}/usr/bin/zstd`]);
});
afterAll(async () => {
  rmSync(parts, { recursive: true, force: true });
  await Promise.all([a?.stop(), b?.stop()]);
});

/** Copies a file to the other host. */
const carry = (from: Host, file: string, to: Host) =>
  execa('cp', ['-a', outside(from, file), `${outside(to, '/srv')}/${basename(file)}`]);

/** What is left over of imports, and which guests there are. */
const left = (host: Host) =>
  host.sh(`cd /var/lib/ostree-guests; ls -A .incoming 2>/dev/null || true; ls; ls -A /etc/ostree-guests`);

const deploymentsOf = async (host: Host, name: string) =>
  (await status(host, name)).deployments.map(({ checksum }) => checksum);

/** Fails if a guest wrote the first file after it wrote the second one: each number is in the first one before. */
const writer = `
  i=0; while :; do i=$((i + 1)); echo $i >/var/first.new; mv /var/first.new /var/first
  echo $i >/etc/second.new; mv /etc/second.new /etc/second; done`;

test('a running guest, on trial, is exported in an instant, and goes on elsewhere as after a power cut', async () => {
  await mountFileSystem(a, 'btrfs', '/srv/guests');
  const file = guestFile('[Update]\nTries=5\nHealthCheck=/bin/false\nHealthTimeoutSec=6h\n');
  await declare(a, 'mail', file.replace('[Remote]', 'Sysroot=/srv/guests/mail\n[Remote]'));
  await a.write('/etc/ostree-guests/guest.d/10-all.conf', '[Service]\nMemoryMax=600M\n');
  await a.run('systemctl', 'daemon-reload');
  await update(a, 'mail');
  const first = (await deploymentsOf(a, 'mail'))[0];
  const second = await publish(a, serverRef, { version: '12.2', files: { '/usr/share/new': 'new' } });
  await update(a, 'mail');
  await start(a, 'mail');
  await inGuest(
    a,
    'mail',
    `echo kept >/etc/kept; echo data >/var/data; chown 5:6 /var/data; chmod 4711 /var/data; ln /var/data /var/hard
     mkfifo /var/fifo; ln -s /etc/passwd /var/link; truncate -s 100G /var/sparse; echo x >"/var/a
b"`,
  );
  await a.sh(`setfattr -n user.note -v kept /srv/guests/mail/ostree/deploy/mail/var/data
    systemctl enable -q ostree-guest-update@mail.timer`);
  await a.sh(`systemd-run -q --machine=mail --unit=writer sh -c '${writer}'`);
  await inGuest(a, 'mail', 'until [ -e /etc/second ]; do sleep 0.1; done');
  const { stdout, stderr } = await a.run('guestctl', '-o', 'json', 'export', 'mail', '/srv/mail.tar.zst');
  expect(JSON.parse(stdout)).toMatchObject({
    guest: 'mail',
    running: true,
    var: true,
    deployments: [second, first],
  });
  expect(stderr).toContain('It was running: its files are as after a power cut');
  expect(
    await a.sh('stat -c %a /srv/mail.tar.zst; ls /srv/guests/mail; systemctl is-active systemd-nspawn@mail'),
  ).toBe('600\nboot\nostree\nactive');
  // It is not frozen any more.
  await inGuest(a, 'mail', 'a=$(cat /var/first); until [ "$(cat /var/first)" != "$a" ]; do sleep 0.1; done');
  // It takes a processor.
  await inGuest(a, 'mail', 'systemctl stop writer');
  await carry(a, '/srv/mail.tar.zst', b);
  const imported = await b.run('guestctl', 'import', '/srv/mail.tar.zst');
  expect(imported.stderr).toMatch(/Imported mail, as it was at .*: 2 deployments and its \/var/);
  expect(imported.stderr).toContain('systemctl enable --now ostree-guest-update@mail.timer');
  expect(await left(b)).toBe('mail\nmail.guest\nmail.guest.d');
  expect(await deploymentsOf(b, 'mail')).toEqual([second, first]);
  expect((await status(b, 'mail')).trial).toMatchObject({ tries: 5 });
  expect(await b.sh('cat /etc/ostree-guests/mail.guest.d/10-all.conf')).toContain('MemoryMax=600M');
  const var_ = '/srv/guests/mail/ostree/deploy/mail/var';
  expect(
    await b.sh(`cd ${var_}; stat -c '%n %F %a %u:%g %h' data fifo link; getfattr --only-values -n user.note data
      [ $(cat first) -ge $(cat ../deploy/${second}.*/etc/second) ]; [ $(cat first) -le $(($(cat ../deploy/${second}.*/etc/second) + 1)) ]
      ls a*b; stat -c %s sparse; [ $(stat -c %b sparse) = 0 ]; stat -c %a /srv/guests/mail`),
  ).toBe(
    'data regular file 4711 5:6 2\nfifo fifo 644 0:0 1\nlink symbolic link 777 0:0 1\nkepta\nb\n107374182400\n700',
  );
  await start(b, 'mail');
  expect(await inGuest(b, 'mail', 'cat /etc/kept /usr/share/new; cat /var/hard')).toBe('kept\nnewdata');
  expect(await b.sh('ostree fsck --repo=/srv/guests/mail/ostree/repo')).toContain('no errors');
});

/** The parts of a guest with a tree of five files, made here: by them an archive is made in no time. */
const parts = join(tmpdir(), `export-parts-${process.pid}`);

async function makeParts(): Promise<void> {
  rmSync(parts, { recursive: true, force: true });
  mkdirSync(parts, { recursive: true });
  const { stdout } = await execa({ cwd: parts })('sh', [
    '-euc',
    `umask 022; mkdir -p tree/usr/lib/modules/0 tree/usr/etc tree/usr/bin etc/0 var/lib
     echo kernel >tree/usr/lib/modules/0/vmlinuz; echo ID=tiny >tree/usr/lib/os-release; echo x >tree/usr/bin/x
     ln -s usr/bin tree/bin; echo own >etc/0/own; echo data >var/data
     ostree --repo=repo init --mode=bare; ostree --repo=repo commit --orphan --tree=dir=tree; rm -r tree`,
  ]);
  const checksum = checksumFrom(stdout.trim().split('\n').at(-1) ?? '');
  const guest = {
    of: 'guest',
    name: 'tiny',
    shared: false,
    text: '[Guest]\nRef=a:b\n',
    secret: false,
  } as const;
  writeFileSync(
    join(parts, 'manifest.json'),
    manifestText({
      guest: 'tiny',
      time: new Date().toISOString(),
      systemd: '999.1',
      ostree: '2022.7',
      running: false,
      var: true,
      files: [guest],
      deployments: [{ checksum, origin: '[origin]\nrefspec=a:b\n' }],
      state: {
        staged: undefined,
        rollback: undefined,
        trials: [],
        rejected: [],
        baseline: undefined,
        packagesInside: undefined,
        seen: false,
        places: [],
      },
      remotes: [],
      enabled: [],
    }),
  );
}

/** Makes an archive on the bare host: a script changes the parts, and adds members to x.tar after them. */
async function forge(change: string): Promise<void> {
  const work = `${parts}-forged`;
  rmSync(work, { recursive: true, force: true });
  await execa('cp', ['-a', parts, work]);
  const script = `${change.split('---')[0]}
    tar -cf ../x.tar --xattrs --numeric-owner --sparse $(ls -d manifest.json repo etc var evil 2>/dev/null)
    ${change.split('---')[1] ?? ''}`;
  await execa({ cwd: work })('bash', ['-euc', script]);
  const tar = openSync(join(work, '..', 'x.tar'), 'r');
  const forged = openSync(`${outside(b, '/srv')}/forged.tar`, 'w');
  await writeAll(forged, trailerOf(await passOn(tar, forged, () => {})));
  for (const descriptor of [tar, forged]) closeSync(descriptor);
}

/** Everything on the host that nobody may change: names, times and sizes; and what is left over of imports. */
const watched = (host: Host) =>
  host.sh(`ls -A /var/lib/ostree-guests/.incoming 2>/dev/null || true
    find /etc /root /usr/local/ /opt/ /boot /var/lib ! -path '/var/lib/ostree-guests/.incoming' ! -path '/var/lib/systemd/*' \\
      -printf '%p %m %U %s %T@\\n' 2>/dev/null | sort | sha256sum`);
let untouched: string | undefined;

test.each<[string, string, RegExp]>([
  [
    'a path that leads up',
    `echo x >var/x --- tar -rPf ../x.tar --transform='s,^var/x,../../../../etc/evil,' var/x`,
    /Removing leading|evil is missing/,
  ],
  [
    'an absolute path',
    `echo x >var/x --- tar -rPf ../x.tar --transform='s,^var/x,/etc/evil,' var/x`,
    /Removing leading|evil is missing/,
  ],
  [
    'a file behind an absolute link',
    'ln -s /etc var/out --- rm var/out; mkdir var/out; echo x >var/out/evil; tar -rf ../x.tar var/out/evil',
    /./,
  ],
  [
    'a file behind a relative link',
    'ln -s ../../../../etc var/out --- rm var/out; mkdir var/out; echo x >var/out/evil; tar -rf ../x.tar var/out/evil',
    /./,
  ],
  ['a device', 'mknod var/disk b 8 0', /var\/disk: Cannot mknod/],
  ['a pipe as its manifest', 'rm manifest.json; mkfifo manifest.json', /manifest.json is not a text file/],
  [
    'a pipe as an object',
    'f=$(find repo -name "*.file" -type f | head -1); rm $f; mkfifo $f',
    /\.file is missing, or is not/,
  ],
  [
    'a file of /var that is an object',
    'ln $(find repo -name "*.file" -type f | head -1) var/object',
    /\.file is missing, or is not/,
  ],
  [
    'an object that was changed',
    'f=$(find repo -name "*.file" -type f | head -1); echo more >>$f',
    /The archive is damaged: .*/,
  ],
  [
    'an object that is missing',
    'rm $(find repo -name "*.file" -type f | head -1)',
    /The archive is damaged|missing/,
  ],
  ['something else in it', 'mkdir evil; echo x >evil/x', /evil is missing, or is not what it should be/],
  [
    'a repository that is a link',
    'mv repo var/r; ln -s var/r repo',
    /repo.* is missing, or is not what it should be/,
  ],
  [
    'an /etc that is a link',
    'rm -r etc/0; ln -s /etc etc/0',
    /etc\/0 is missing, or is not what it should be/,
  ],
  ['a guest file with a mistake', `sed -i 's/Ref=a:b/Reff=a:b/' manifest.json`, /tiny\.guest:2:1: .*Reff/],
  ['a newer format', `sed -i 's/"format":1/"format":7/' manifest.json`, /newer version of ostree-guests/],
])('an archive with %s changes nothing', async (_, change, reason) => {
  await forge(change);
  untouched ??= await watched(b);
  const { exitCode, stderr } = await b.try('timeout 300 guestctl import /srv/forged.tar');
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(reason)]);
  expect(await watched(b)).toBe(untouched);
});

test('what is strange but harmless is imported, and reaches nobody', async () => {
  await forge(`printf '[core]\\nrepo_version=1\\nmode=bare\\nparent=/ostree/repo\\n' >repo/config
    cp /bin/true var/setuid; chmod 4755 var/setuid; ln -s /etc/shadow var/shadow; truncate -s 4T var/huge; mkfifo var/pipe
    mknod var/whiteout c 0 0`);
  const { stderr } = await b.run('guestctl', 'import', '/srv/forged.tar');
  expect(stderr).toContain('comes from a host with systemd 999.1');
  const sysroot = '/var/lib/ostree-guests/tiny/sysroot';
  expect(await b.sh(`cat ${sysroot}/ostree/repo/config`)).not.toContain('parent');
  expect(
    await b.sh(`cd ${sysroot}/ostree/deploy/tiny; stat -c '%n %F %a %s' var/*; cat deploy/*.0/etc/own
      setpriv --reuid=65534 --clear-groups ls $PWD/var/setuid 2>&1 || true; ostree fsck --repo=${sysroot}/ostree/repo | tail -1`),
  ).toMatch(/var\/huge regular file 644 4398046511104\n(.*\n)*own\n.*Permission denied\n.*no errors/);
  const { stderr: again } = await b.try('guestctl import /srv/forged.tar');
  expect(again).toMatch(/exists already\. Nothing was changed\. Choose another name with --as/);
  expect(await left(b)).toContain('tiny');
  await b.run('guestctl', 'remove', '--yes', 'tiny');
});

test('a guest without a user namespace is imported and copied, too', async () => {
  await forge(String.raw`sed -i 's/Ref=a:b\\n/Ref=a:b\\n[Exec]\\nPrivateUsers=no\\n/' manifest.json`);
  await b.run('guestctl', 'import', '/srv/forged.tar');
  await b.run('guestctl', 'copy', 'tiny', 'small');
  expect(await b.sh(`cat ${varOf('tiny')}/data ${varOf('small')}/data`)).toBe('data\ndata');
  // What root in it has done to its objects reaches no other guest, nor does the copy's.
  expect(await b.sh('cd /var/lib/ostree-guests; ls */unconfined.json')).toBe('small/unconfined.json');
  await b.sh('guestctl remove -qy tiny; guestctl remove -qy small');
});

const objectsOf = (name: string) => `/var/lib/ostree-guests/${name}/sysroot/ostree/repo/objects`;

/** Where the guest has its /var. */
const varOf = (name: string) => `/var/lib/ostree-guests/${name}/sysroot/ostree/deploy/${name}/var`;

test('a copy is a machine of its own, with the data of the first', async () => {
  await publishLight(a, '1', {
    '/etc/ssh/ssh_host_rsa_key': 'of the tree\n',
    '/usr/lib/systemd/system/ostree-guest-identity.service': 'makes keys\n',
  });
  const file = lightFile('Hostname=one\n[Network]\nPort=tcp:8080:80\n');
  await declare(a, 'one', file);
  await update(a, 'one');
  await a.sh(`echo data >${varOf('one')}/data; chown 5:6 ${varOf('one')}/data
    echo kept >$(ls -d ${varOf('one')}/../deploy/*.0)/etc/kept; echo 0123456789abcdef0123456789abcdef >$(ls -d ${varOf('one')}/../deploy/*.0)/etc/machine-id`);
  const { stderr } = await a.run('guestctl', 'copy', 'one', 'two');
  expect(stderr).toContain('Copied one to two. It makes its own machine ID');
  expect(await a.sh('cat /etc/ostree-guests/two.guest')).toContain('Hostname=two\n');
  expect(
    await a.sh(`cd ${varOf('two')}; cat data; stat -c %u:%g data; cd ../deploy/*.0/etc; cat kept; wc -c <machine-id
      ls ssh | grep -c ssh_host || true; cmp -s ssh/ssh_host_rsa_key ${varOf('one')}/../deploy/*.0/etc/ssh/ssh_host_rsa_key || echo other`),
  ).toBe('data\n5:6\nkept\n0\n0\nother');
  // The tree takes no space twice.
  expect(
    await a.sh(`cd ${varOf('two')}/../deploy/*.0/usr/lib; stat -c %i os-release
      cd ${varOf('one')}/../deploy/*.0/usr/lib; stat -c %i os-release`),
  ).toMatch(/^(\d+)\n\1$/);
  await a.sh(
    `sed -i s/8080/8081/ /etc/ostree-guests/two.guest; systemctl daemon-reload; guestctl start one two`,
  );
  expect((await a.try('guestctl copy one two')).stderr).toMatch(/two.* exists already/);
  expect((await a.try('guestctl copy one three')).stderr).toContain('(no reflinks). Let it be stopped');
  await a.sh('guestctl copy -q --no-var --stop one three; systemctl is-active systemd-nspawn@one');
  expect(await a.sh(`! test -e ${varOf('three')}/data; cat ${varOf('three')}/../deploy/*.0/etc/kept`)).toBe(
    'kept',
  );
  await a.sh('guestctl stop two; guestctl remove -qy two; guestctl remove -qy three');
});

/** Runs a script while an archive of the guest waits for its reader, and then reads it. */
const whileExporting = (script: string, archive: string) =>
  a.try(`rm -f /run/out; mkfifo /run/out; guestctl export -q --stop one - >/run/out & exec 3</run/out
    until systemctl is-active ostree-guest-pack-one; do kill -0 $!; sleep 0.1; done
    ${script}; cat <&3 >${archive}; wait $!`);

test('an archive of a guest that was started meanwhile is taken by no import, also from a pipe', async () => {
  // systemd forgets no unit that another one names which it keeps.
  await a.sh('systemctl mask --quiet --runtime ostree-guest-image@one');
  for (const script of [
    // systemd has forgotten this start when the archive is complete.
    `systemctl start systemd-nspawn@one; ${untilStoppable('one')}; systemctl stop systemd-nspawn@one`,
    'systemctl start ostree-guest-boot@one',
  ]) {
    const { exitCode, stderr } = await whileExporting(script, '/srv/mixed.tar');
    expect([exitCode, stderr], script).toEqual([1, expect.stringContaining('one was started meanwhile')]);
    expect((await a.try('guestctl import --as mixed /srv/mixed.tar')).stderr).toContain('cut off or damaged');
  }
});

test('a stopped guest that systemd forgets meanwhile was not started, and stays stopped if somebody has asked for that', async () => {
  // systemd forgets only what ended well.
  await a.sh(`systemctl start systemd-nspawn@one; ${untilStoppable('one')}`);
  // Keeps the unit of the guest loaded while this service runs.
  await a.sh(
    'systemd-run --quiet --unit=needs-one --property=Wants=systemd-nspawn@one.service sleep infinity',
  );
  const started = 'systemctl show --value --property=InactiveExitTimestampMonotonic systemd-nspawn@one';
  const { exitCode, stderr } = await whileExporting(
    // Not at once: a step of the guest may be just ending.
    `guestctl stop -q one; [ "$(${started})" != 0 ]; systemctl stop needs-one; SECONDS=0
    until [ "$(${started})" = 0 ]; do [ $SECONDS -lt 300 ]; sleep 0.1; done`,
    '/srv/one.tar',
  );
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(await a.sh('systemctl is-active systemd-nspawn@one || true')).toBe('inactive');
  await a.sh(`systemctl unmask --quiet --runtime ostree-guest-image@one
    systemctl start systemd-nspawn@one; ${untilStoppable('one')}`);
});

/** The shell commands of the page, block by block. */
const page = readFileSync(join(checkout(), 'docs/restore.md'), 'utf8');
const [backUp = '', restore = '', copyFiles = '', restoreFiles = ''] = [
  ...page.matchAll(/^```sh\n(.*?)^```$/gms),
].map(([, block]) => block);

test('a host is lost, and its guests run on a bare one, with their data, boot lists and updates', async () => {
  const deb = await makeDeb(a, 'site-config', { version: '1.0', files: { 'etc/site': 'one\n' } });
  await execa('cp', [deb, outside(a, '/etc/ostree-guests/site-config_1.0.deb')]);
  // There is no network.
  const files = { '/etc/apt/sources.list': '' };
  await publish(a, serverRef, { version: '12.2', files });
  await declare(a, 'layered', guestFile('[Packages]\nInstall=./site-config_1.0.deb\n'));
  await update(a, 'layered');
  const lists = await Promise.all(['mail', 'one', 'layered'].map((name) => deploymentsOf(a, name)));
  await b.sh(
    'guestctl stop mail; guestctl remove -qy mail; rm -rf /etc/ostree-guests /srv/backup; mkdir /etc/ostree-guests',
  );
  const began = performance.now();
  await a.sh(backUp);
  const saved = performance.now();
  await execa('cp', ['-a', outside(a, '/srv/backup'), outside(b, '/srv')]);
  await execa('cp', ['-a', outside(a, '/srv/mirror'), outside(b, '/srv')]);
  const lost = performance.now();
  await b.sh(restore);
  const restored = performance.now();
  console.log(`saved in ${Math.round(saved - began)} ms, restored in ${Math.round(restored - lost)} ms`);
  expect(await Promise.all(['mail', 'one', 'layered'].map((name) => deploymentsOf(b, name)))).toEqual(lists);
  expect((await status(b, 'mail')).trial).toMatchObject({ tries: 5 });
  expect(await inGuest(b, 'layered', 'cat /etc/site')).toBe('one');
  expect(await readInside(b, 'one', '/var/data', '/etc/kept')).toBe('data\nkept');
  const next = await publishLight(b, '2');
  await update(b, 'one');
  await b.run('guestctl', 'restart', 'one');
  expect((await status(b, 'one')).running?.checksum).toBe(next);
  expect(await readInside(b, 'one', '/var/data', '/etc/kept')).toBe('data\nkept');
  const layered = await publish(b, serverRef, { version: '12.3', files });
  await update(b, 'layered');
  const { staged } = await status(b, 'layered');
  expect(
    await b.sh(
      `ostree ls --repo=/var/lib/ostree-guests/layered/sysroot/ostree/repo ${staged?.checksum} /usr/etc/site`,
    ),
  ).toContain('/usr/etc/site');
  expect(staged?.checksum).not.toBe(layered);
});

/** What of these guests is enabled, and runs of that. */
const enabledOf = (host: Host) =>
  host.sh(`for unit in {systemd-nspawn@one.service,ostree-guest-update@one.timer,systemd-nspawn@tried.service,ostree-guest-update@tried.timer}
    do echo $(systemctl is-enabled $unit) $(systemctl is-active $unit); done`);

test('a copy of the files, made while guests run, are on trial and updated, are guests as well', async () => {
  await b.sh('for name in mail one layered; do guestctl stop $name; guestctl remove -qy $name; done');
  const onTrial = lightFile('[Update]\nTries=5\nHealthCheck=false\nHealthTimeoutSec=6h\n', 'tried');
  await publishLight(a, '1', {}, 'tried');
  await declare(a, 'tried', onTrial);
  await update(a, 'tried');
  await start(a, 'tried');
  const tried = await publishLight(a, '2', {}, 'tried');
  await update(a, 'tried');
  await a.sh(`guestctl restart tried; guestctl enable tried; systemctl enable ostree-guest-update@one.timer
    truncate -s 2G ${varOf('tried')}/sparse; mv /etc/ostree-guests/mail.guest /etc/ostree-guests/layered.guest /srv`);
  expect((await a.try(copyFiles.replace('/srv/files.tar', '/dev/full'))).exitCode).not.toBe(0);
  const updating = '[ "$(systemctl is-active ostree-guest-update@one)" != inactive ]';
  const fetched = (commit: string) =>
    `[ -e ${objectsOf('one')}/${commit.slice(0, 2)}/${commit.slice(2)}.commit ]`;
  for (const [round, point] of [() => updating, fetched].entries()) {
    const commit = await publishLight(a, `round ${round}`);
    await a.sh(`systemctl start --no-block ostree-guest-update@one; until ${point(commit)}; do sleep 0.02; done
      rm -f /srv/files.tar; export TAR_OPTIONS='--exclude=ostree-guests/mail* --exclude=ostree-guests/layered*'
      ${copyFiles}`);
    expect(Number(await a.sh('stat -c %s /srv/files.tar'))).toBeLessThan(2 ** 30);
    await carry(a, '/srv/files.tar', b);
    await b.sh(restoreFiles);
    expect(await enabledOf(b)).toBe('disabled active\nenabled active\nenabled active\nenabled active');
    expect(await status(b, 'tried')).toMatchObject({
      running: { checksum: tried },
      trial: { tries: 5, left: 3 },
    });
    expect(await readInside(b, 'one', '/var/data', '/etc/kept')).toBe('data\nkept');
    expect(await b.sh('ostree fsck --repo=/var/lib/ostree-guests/one/sysroot/ostree/repo')).toContain(
      'no errors',
    );
    await b.sh(`for name in one tried; do guestctl stop $name; guestctl remove -qy $name; done`);
    await eventually(a, '[ "$(systemctl is-active ostree-guest-update@one)" = inactive ]');
    await a.run('guestctl', 'restart', 'one');
  }
  await a.sh('guestctl stop tried; guestctl remove -qy tried; mv /srv/*.guest /etc/ostree-guests');
});

test('killed or without power anywhere, an import leaves no guest or a whole one, and a frozen guest goes on', async () => {
  await a.sh('rm -f /srv/one.tar; guestctl export -q --stop one /srv/one.tar');
  await carry(a, '/srv/one.tar', b);
  const whole = await deploymentsOf(a, 'one');
  const expectWhole = async (): Promise<void> => {
    if ((await b.sh('ls /var/lib/ostree-guests')) === '') return;
    expect(await deploymentsOf(b, 'one')).toEqual(whole);
    expect(await b.sh(`cat ${varOf('one')}/data`)).toBe('data');
    await b.sh('systemctl daemon-reload; guestctl remove -qy one');
  };
  // What it has then begun; it cannot end with half of the archive. What keeps the pipe open must not keep our output open.
  const incoming = '/var/lib/ostree-guests/.incoming/*';
  const [half, deployed] = [
    `${incoming}/data/repo`,
    `${incoming}/guest/sysroot/ostree/deploy/one/deploy/*.0`,
  ];
  await b.sh(`exec 3< <(head -c "$(($(stat -c %s /srv/one.tar) / 2))" /srv/one.tar; exec sleep infinity 2>/dev/null)
    guestctl import -q - <&3 & until compgen -G '${half}'; do kill -0 $!; sleep 0.1; done; kill -KILL $!`);
  expect(await b.sh('ls /var/lib/ostree-guests')).toBe('');
  for (const point of [`${incoming}/guest/sysroot`, deployed, '/etc/ostree-guests/one.guest']) {
    await b.sh(`guestctl import -q /srv/one.tar &
      until compgen -G '${point}'; do kill -0 $! 2>/dev/null || break; sleep 0.02; done; kill -KILL $! || true`);
    await expectWhole();
  }
  // Power is cut when it has deployed everything, and moves files into place, which gets no further.
  await b.write('/run/hang', '#!/bin/sh\nexec sleep 54321\n', 0o755);
  await b.write(
    '/run/systemd/system/ostree-guest-incoming-.service.d/hang.conf',
    '[Service]\nBindReadOnlyPaths=/run/hang:/usr/bin/chattr /run/hang:/usr/bin/mv\n',
  );
  // What the kills have left is removed by chattr, too.
  await b.sh(`chattr -R -f -i ${incoming} || true; rm -rf ${incoming}; systemctl daemon-reload
    systemd-run -q --unit=cut-off guestctl import -q /srv/one.tar
    until pgrep -fx 'sleep 54321'; do systemctl is-active cut-off; sleep 0.1; done; compgen -G '${deployed}'`);
  await b.cutPower();
  expect(await b.sh('ls -A /var/lib/ostree-guests/.incoming 2>/dev/null || true')).toBe('');
  await expectWhole();
  await b.run('guestctl', 'import', '-q', '/srv/one.tar');
  expect(await left(b)).toMatch(/^one\n/);
  await expectWhole();

  const group = '/sys/fs/cgroup/machine.slice/systemd-nspawn@mail.service';
  // nspawn itself goes on: it tells systemd that it is alive, and ends the guest if it is stopped.
  const frozen = `(cd ${group}; grep -qx "frozen 1" payload/cgroup.events && grep -qx "frozen 0" supervisor/cgroup.events)`;
  // What copies its files meanwhile does not get further.
  const hanging = '/run/systemd/system/ostree-guest-snapshot-mail.service.d';
  await a.write('/run/hang', '#!/bin/sh\nexec sleep 54321\n', 0o755);
  await a.write(`${hanging}/hang.conf`, '[Service]\nBindReadOnlyPaths=/run/hang:/usr/bin/sync\n');
  // One that takes too long, while the guest is stopped.
  await a.write(`${hanging}/limit.conf`, '[Service]\nRuntimeMaxSec=10s\n');
  const { stderr } =
    await a.try(`systemctl daemon-reload; rm -f /srv/mail.tar; guestctl export -q mail /srv/mail.tar &
    until ${frozen}; do kill -0 $!; sleep 0.1; done; systemctl stop --no-block systemd-nspawn@mail; wait $!`);
  expect(stderr).toMatch(
    /Cannot copy the files of mail while it is frozen: it took too long, and was ended\. Let it be stopped for the copy: guestctl export mail --stop/,
  );
  await eventually(a, '[ "$(systemctl is-active systemd-nspawn@mail)" = inactive ]');
  await start(a, 'mail');
  await a.sh(`rm ${hanging}/limit.conf; systemctl daemon-reload; rm -f /srv/mail.tar; guestctl export -q mail /srv/mail.tar &
    until ${frozen} && pgrep -fx 'sleep 54321'; do kill -0 $!; sleep 0.1; done
    kill -KILL $!`);
  await eventually(a, `! ${frozen}`);
  expect(await inGuest(a, 'mail', 'cat /var/data')).toBe('data');
  // The next one waits for nothing that is left of it, but for its lock.
  await a.sh(`rm -r ${hanging}; systemctl daemon-reload; systemctl is-active ostree-guest-snapshot-mail`);
  await eventually(a, 'flock --nonblock /run/ostree-guests/.export-mail true');
  await a.sh('guestctl export -q mail /srv/mail.tar; tar -tf /srv/mail.tar >/dev/null');
});
