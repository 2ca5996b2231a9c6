// A whole life of guests whose tree has SELinux, on hosts without it: nothing of the tree runs outside of its container, and
// its labels are kept. What only a host with SELinux can show is said in docs/design.md.
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDeb } from '../host/debs.ts';
import { mountFileSystem } from '../host/filesystem.ts';
import {
  canRehearse,
  declare,
  end,
  guestFile,
  inGuest,
  reboot,
  rehearse,
  start,
  status,
  update,
  updateJournal,
} from '../host/guests.ts';
import { bootHost, type Host, outside } from '../host/host.ts';
import { makeMirror, serverRef } from '../host/mirror.ts';
import { writeImage } from '../host/oci-image.ts';
import { suite } from '../host/recipe.ts';
import {
  archiveSelinux,
  expectedLabels,
  labelsIn,
  marksOutside,
  publishSelinux,
  watchMarks,
} from '../host/selinux-tree.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await publishSelinux(host, '1');
  await declare(host, 'mail', guestFile('[Update]\nTries=1\nHealthTimeoutSec=3min\n'));
});
afterAll(() => host?.stop());

const root = '/run/ostree-guests/mail/root';
const seusers = '/etc/selinux/targeted/seusers';

async function expectKept(): Promise<void> {
  expect(await labelsIn(host, await host.sh(`realpath ${root}`))).toEqual(expectedLabels);
  expect(await marksOutside(host)).toBe('');
}

/** Updates a guest to a new version of the tree, and reboots it into that. */
async function bring(version: string): Promise<string> {
  const commit = await publishSelinux(host, version);
  await update(host, 'mail');
  await reboot(host, 'mail');
  // Its only try: the next start gives up a version that has no verdict yet.
  await end(host, 'ostree-guest-assess@mail');
  const story = await host.sh("journalctl -o cat -n 40 -u 'ostree-guest-*@mail.service'");
  expect(await status(host, 'mail'), story).toMatchObject({ running: { checksum: commit }, staged: null });
  return commit;
}

test('on a host without bubblewrap it is created, updated, and keeps what was changed in /etc/selinux', async () => {
  expect((await host.try('test -e /usr/bin/bwrap')).exitCode).not.toBe(0);
  await update(host, 'mail');
  await watchMarks(host, 'mail');
  await start(host, 'mail');
  await expectKept();
  await inGuest(host, 'mail', `echo mine >>${seusers}; echo late >/etc/labelled/late`);
  await bring('2');
  await expectKept();
  expect(await inGuest(host, 'mail', `cat ${seusers} /etc/labelled/late /usr/share/labelled/file`)).toBe(
    'version 1\nmine\nlate\nversion 2',
  );
  // In the guest they run, and their marks are found.
  expect(await inGuest(host, 'mail', 'semodule --list; cat /etc/marked')).toMatch(/^semodule --list user:/m);
});

test('on a host with bubblewrap, too: it is not started', async () => {
  // It does what bubblewrap would be told to, without any confinement.
  await host.write(
    '/run/bin/bwrap',
    '#!/bin/sh\necho "bwrap $(readlink /proc/self/ns/user)" >>/srv/marks/marked\nwhile [ $# -gt 0 ] && [ "$1" != semodule ]; do shift; done\nexec usr/sbin/"$@"\n',
    0o755,
  );
  await host.sh(
    'mkdir /run/work; mount -t overlay overlay -o lowerdir=/usr/bin,upperdir=/run/bin,workdir=/run/work /usr/bin',
  );
  await bring('3');
  await expectKept();
});

test.runIf(canRehearse)('it is rehearsed', async () => {
  await publishSelinux(host, '4');
  await update(host, 'mail');
  await rehearse(host, 'mail');
  expect(await marksOutside(host)).toBe('');
});

test('it goes back, and forward again', async () => {
  const { deployments } = await status(host, 'mail');
  await host.run('guestctl', 'rollback', 'mail');
  await reboot(host, 'mail');
  expect((await status(host, 'mail')).running?.checksum).toBe(deployments[1]?.checksum);
  await expectKept();
  await host.run('guestctl', 'forgive', 'mail');
  await bring('5');
  await expectKept();
});

test('a guest of the published recipe with such a tree is adopted with its labels', async () => {
  await host.sh(`ostree remote add --repo=/ostree/repo --no-gpg-verify site file:///srv/mirror/repo
    ostree pull --repo=/ostree/repo site ${serverRef}
    ostree admin os-init old
    ostree admin deploy --retain --not-as-default --os=old site:${serverRef}`);
  await host.run('guestctl', 'adopt', 'old');
  expect(await labelsIn(host, await host.sh('realpath /run/ostree-guests/old/root'))).toEqual(expectedLabels);
  expect(await marksOutside(host)).toBe('');
});

test('packages over such a tree, a build and an image of it keep its labels', async () => {
  const config = await makeDeb(host, 'site-config', { version: '1.0', files: { 'etc/site': 'one\n' } });
  await copyFile(config, outside(host, '/etc/ostree-guests/site-config.deb'));
  const archive = join(host.work, 'selinux.tar');
  await archiveSelinux(host, archive);
  await copyFile(archive, outside(host, '/srv/base.tar'));
  await writeImage(outside(host, '/srv/image'), 'latest', [{ archive, compressed: false }]);
  await host.write(
    '/etc/ostree-guests/tree.build',
    '[Build]\nCommand=cp /srv/base.tar root.tar\n\n[Files]\nBindReadOnly=/srv/base.tar\n',
  );
  const guests = {
    packed: guestFile('[Packages]\nInstall=./site-config.deb\n'),
    built: '[Guest]\nBuild=tree\n',
    image: '[Guest]\nImage=oci:/srv/image:latest\n',
  };
  for (const [name, text] of Object.entries(guests)) {
    await declare(host, name, text);
    const { exitCode } = await host.try(`systemctl start ostree-guest-update@${name}`);
    expect([exitCode, await updateJournal(host, name)]).toEqual([0, expect.anything()]);
    const deployed = `/var/lib/ostree-guests/${name}/sysroot/ostree/deploy/${name}/deploy`;
    expect(await labelsIn(host, await host.sh(`echo ${deployed}/*.0`)), name).toEqual(expectedLabels);
    expect(await marksOutside(host), name).toBe('');
  }
});

/** Prints what it sees of the host and of guests, and where it can write. Programs of the tests' hosts are in /usr. */
const probe = `#!/bin/bash
exec >$1/probe 2>&1
echo guests: $(ls -A /var/lib/ostree-guests)
echo var: $(ls -A /var /var/lib)
for path in / /root /home /srv /boot /opt /mnt /etc/ssh /ostree /sysroot /var/log; do
  [ $path = / ] || [ -z "$(ls -A $path 2>/dev/null)" ] || echo sees $path
  (: >$path/.w && rm $path/.w) 2>/dev/null && echo writes $path
done
for secret in /etc/shadow /etc/gshadow /proc/1/root/etc/shadow; do
  [ -z "$(cat $secret 2>/dev/null)" ] || echo reads $secret
done
while read -r _ _ _ _ point options _; do
  case $options in rw*) (: >$point/.w && rm $point/.w) 2>/dev/null && echo writes $point ;; esac
done </proc/self/mountinfo
true
`;

const own = (name: string) => [
  `guests: ${name}`,
  'var: /var: lib tmp /var/lib: ostree-guests',
  'writes /run/ostree',
  `writes /run/ostree-guests/${name}`,
  'writes /tmp',
  `writes /var/lib/ostree-guests/${name}`,
  'writes /var/tmp',
];

/** What a probe finds in the very sandbox of a unit. */
async function seenBy(unit: string, place: string): Promise<string[]> {
  await host.write('/etc/ostree-guests/probe', probe, 0o755);
  const dropIn = `/run/systemd/system/${unit}.service.d/99-probe.conf`;
  await host.write(dropIn, `[Service]\nExecStart=\nExecStart=/etc/ostree-guests/probe ${place}\n`);
  await host.sh(`systemctl daemon-reload; systemctl start ${unit}; rm ${dropIn}; systemctl daemon-reload`);
  const lines = (await host.sh(`cat ${place}/probe; rm ${place}/probe`)).split('\n');
  // systemd 252 leaves that writable, for SELinux; in a test host it is an empty directory.
  const known = 'writes /sys/fs/selinux';
  return lines.filter((line, index) => lines.indexOf(line) === index && line !== known);
}

test('the boot step sees its own guest, and of the host nothing that it could write', async () => {
  expect(await seenBy('ostree-guest-boot@mail', '/var/lib/ostree-guests/mail')).toEqual(own('mail'));
});

test('so does a rehearsal', async () => {
  const slots = ['guests: .slots mail', 'writes /var/lib/ostree-guests/.slots'];
  const seen = await seenBy('ostree-guest-rehearse@mail', '/var/lib/ostree-guests/mail');
  const expected = own('mail').filter((line) => !/^guests:|^writes .run.ostree-guests/.test(line));
  // It reads the journal of the host, which Debian 14 keeps on disk.
  const others = seen
    .filter((line) => line !== 'sees /var/log')
    .map((line) => line.replace('lib log', 'lib'));
  expect(others.sort()).toEqual([...expected, ...slots].sort());
});

test('a sysroot that is elsewhere is seen, too, and what deploys there cannot freeze its file system', async () => {
  await mountFileSystem(host, 'ext4', '/var/far');
  await declare(host, 'far', guestFile().replace('[Guest]', '[Guest]\nSysroot=/var/far/sysroot'));
  // Tries to freeze and thaw it, in the very sandbox, before OSTree deploys.
  await host.write(
    '/run/systemd/system/ostree-guest-deploy-far.service.d/probe.conf',
    `[Service]
BindReadOnlyPaths=/usr/sbin/fsfreeze:/usr/bin/fsfreeze
ExecStartPre=/bin/sh -c 'cd /var/far/sysroot; (fsfreeze --freeze . && fsfreeze --unfreeze . && echo froze) 2>&1 | \
  while read -r line; do echo "$line" >>probe; done; echo /usr/bin/* /var/* /var/far/* >>probe'
`,
  );
  await update(host, 'far');
  expect(await host.sh('cat /var/far/sysroot/probe')).toBe(
    'fsfreeze: .: freeze failed: Operation not supported\n/usr/bin/bwrap /usr/bin/fsfreeze /usr/bin/ostree /var/far /var/tmp /var/far/sysroot',
  );
  expect(await labelsIn(host, await host.sh('realpath /run/ostree-guests/far/root'))).toEqual(expectedLabels);
  const seen = await seenBy('ostree-guest-boot@far', '/var/far/sysroot');
  expect(seen).toEqual(expect.arrayContaining(['guests: far', 'writes /var/far/sysroot']));
  expect(seen.filter((line) => !own('far').includes(line))).toEqual([
    'var: /var: far lib tmp /var/lib: ostree-guests',
    'writes /var/far/sysroot',
  ]);
  await host.sh('umount /var/far');
});

test('its exposure, as systemd sees it, is low', async () => {
  if (suite === 'bookworm') return;
  const exposure = async (unit: string) =>
    Number(/level for .*: ([\d.]+)/.exec(await host.sh(`systemd-analyze security --no-pager ${unit}`))?.[1]);
  expect(await exposure('ostree-guest-boot@mail.service')).toBeLessThanOrEqual(2);
  expect(await exposure('ostree-guest-rehearse@mail.service')).toBeLessThanOrEqual(3.5);
});
