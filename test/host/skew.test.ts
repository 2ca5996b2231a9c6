// Old and new: guests of each release of Debian on a host of each, and guests that were carried from an older host to a newer one.
import { existsSync } from 'node:fs';
import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults } from './faults.ts';
import {
  declare,
  end,
  eventually,
  guestFile,
  inGuest,
  reaches,
  reboot,
  start,
  status,
  update,
} from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { makeMirror, mirrorPath, publish, serverRef } from './mirror.ts';
import { suite } from './recipe.ts';
import { buildGuestTree } from './trees.ts';

/** `npm run test:hosts` runs on one release after the other, with a directory for what guests of the one before left. */
const { OSTREE_GUESTS_TEST_CARRIED: carried = '' } = process.env;
const releases = ['bookworm', 'trixie', 'forky'];

let host: Host;

beforeAll(async () => {
  if (!carried) return;
  host = await bootHost();
  await makeMirror(host);
  for (const release of releases) {
    const { mirror } = await buildGuestTree(release);
    await execa('ostree', [`--repo=${outside(host, mirrorPath)}`, 'pull-local', mirror, `guest/${release}`]);
  }
});
afterAll(() => host?.stop());

const refOf = (release: string) => `debian/12/${release}`;
const offer = (release: string, version: string, changes = {}) =>
  publish(host, refOf(release), { from: `guest/${release}`, version, ...changes });
const blessed = (name: string, commit: string) =>
  eventually(host, `guestctl history ${name} | grep blessed | grep ${commit.slice(0, 12)}`);

/** A guest takes a good update, gives up a bad one, and keeps what is its own. */
async function lives(name: string, round: string): Promise<void> {
  await inGuest(host, name, `echo ${round} >/etc/mine; echo ${round} >/var/mine`);
  const good = await offer(name, `${round}.good`);
  await update(host, name);
  await reboot(host, name);
  await blessed(name, good);
  const bad = await offer(name, `${round}.bad`, faults['has a service that fails']);
  await update(host, name);
  await host.run('machinectl', 'reboot', name);
  await eventually(host, `test -e /var/lib/ostree-guests/${name}/rejected/${bad}.json`);
  await end(host, `ostree-guest-assess@${name}`);
  await reaches(host, name, 'active');
  expect((await status(host, name)).running?.checksum).toBe(good);
  expect(await inGuest(host, name, 'cat /etc/mine /var/mine')).toBe(`${round}\n${round}`);
}

test.skipIf(!carried).each(releases)('a guest of Debian %s', async (release) => {
  await offer(release, '1');
  await declare(host, release, guestFile('[Update]\nTries=1\n').replace(serverRef, refOf(release)));
  await update(host, release);
  await start(host, release);
  await reaches(host, release, 'active');
  await lives(release, `on ${suite}`);
  expect(
    await inGuest(host, release, 'systemctl is-system-running || systemctl --failed --plain --no-legend'),
  ).toBe('running');
});

const before = releases[releases.indexOf(suite) - 1];
const archive = join(carried, `${before}.tar`);
const places = 'var/lib/ostree-guests etc/ostree-guests';

test.skipIf(!carried || !existsSync(archive))(
  'the guests of the host before run here, and live on',
  async () => {
    for (const name of releases) await host.sh(`guestctl stop ${name}; guestctl remove --yes ${name}`);
    await copyFile(archive, outside(host, '/srv/carried.tar'));
    await host.sh(
      'tar --xattrs --xattrs-include="*" --acls --numeric-owner -C / -xpf /srv/carried.tar; systemctl daemon-reload',
    );
    for (const name of releases) {
      const { staged } = await status(host, name);
      await host.run('guestctl', 'start', name);
      await reaches(host, name, 'active');
      // What the host before has staged is deployed here.
      await blessed(name, staged?.checksum ?? '');
      expect(await inGuest(host, name, 'cat /etc/mine /var/mine')).toBe(`on ${before}\non ${before}`);
      await lives(name, `moved to ${suite}`);
      await host.run(
        'ostree',
        'fsck',
        '--quiet',
        `--repo=/var/lib/ostree-guests/${name}/sysroot/ostree/repo`,
      );
    }
  },
);

test.skipIf(!carried)('they leave what they are, each with an update staged, to the next host', async () => {
  for (const name of releases) {
    await offer(name, 'staged');
    await inGuest(host, name, `echo on ${suite} >/etc/mine; echo on ${suite} >/var/mine`);
    await update(host, name);
    await host.run('systemctl', 'stop', `systemd-nspawn@${name}`);
    expect((await status(host, name)).staged).not.toBeNull();
  }
  // Exit code 1: a file changed. Other test hosts link objects of the cache that these guests share; nothing else may change.
  await host.sh(
    `LC_ALL=C tar --xattrs --xattrs-include="*" --acls --numeric-owner -C / -cf /srv/left.tar ${places} 2>/srv/said ||
      { [ $? = 1 ] && ! grep -vE '/ostree/(repo/objects|deploy/[^/]+/deploy/[^/]+/usr)/.*: file changed as we read it$|: socket ignored$' /srv/said; }`,
  );
  await copyFile(outside(host, '/srv/left.tar'), join(carried, 'new.tar'));
  await rename(join(carried, 'new.tar'), join(carried, `${suite}.tar`));
});
