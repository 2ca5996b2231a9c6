// Root in a guest without a user namespace can write to its /usr, or to its repository. No other guest must have these files.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, guestFile, inGuest, repositoryOf, start, update } from '../guests.ts';
import { bootHost, type Host } from '../host.ts';
import { makeMirror, publish, serverRef } from '../mirror.ts';

let host: Host;
const withoutUsers = guestFile('[Exec]\nPrivateUsers=no\n');
const itsOwn = guestFile('[Update]\nBy=rpm-ostree\n');

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  for (const name of ['web', 'mail']) {
    await declare(host, name);
    await update(host, name);
  }
});
afterAll(() => host?.stop());

/** How many files two guests have in common. */
const inCommon = async (one: string, other: string): Promise<number> => {
  const inodes = (name: string) =>
    `find /var/lib/ostree-guests/${name}/sysroot -xdev \\( -type f -o -type l \\) -printf '%i\\n' | sort -u`;
  return Number(await host.sh(`comm -12 <(${inodes(one)}) <(${inodes(other)}) | wc -l`));
};

const stop = (name: string) => host.run('systemctl', 'stop', `systemd-nspawn@${name}`);

/** These guests are as their commits say. */
async function areWhole(...names: string[]): Promise<void> {
  for (const name of names) await host.run('ostree', 'fsck', '--quiet', `--repo=${repositoryOf(name)}`);
}

/** Names, modes, owners, sizes, links and attributes of a guest's tree. */
const treeOf = (name: string) =>
  host.sh(`cd /run/ostree-guests/${name}/root
    find . -xdev -path ./etc -prune -o -printf '%p %m %U:%G %s %l\\n' | sort | sha256sum
    { getfattr -R -h -P -d -m - usr 2>/dev/null || true; } | sha256sum`);

/** Makes all of /usr writable and writes to a file of it. */
const writeToUsr = (name: string) =>
  inGuest(
    host,
    name,
    'mount -o remount,rw,bind / 2>/dev/null || true; mount -o remount,rw,bind /usr 2>/dev/null || true; echo "# forged" >>/usr/bin/ldd; tail -1 /usr/bin/ldd',
  );

test('one that is created without it shares no file with anybody', async () => {
  expect(await inCommon('web', 'mail')).toBeGreaterThan(1000);
  await declare(host, 'bare', withoutUsers);
  await update(host, 'bare');
  expect(await inCommon('bare', 'web')).toBe(0);
  await start(host, 'bare');
  expect(await writeToUsr('bare')).toBe('# forged');
  await stop('bare');
  // Nobody takes its files either.
  await declare(host, 'late');
  await update(host, 'late');
  expect(await inCommon('bare', 'late')).toBe(0);
  await areWhole('web', 'mail', 'late');
});

test('one that shared files gets files of its own before it is started without it, each time', async () => {
  for (const version of ['12.2', '12.3']) {
    await declare(host, 'mail');
    await publish(host, serverRef, { version, files: { '/usr/share/version': version } });
    for (const name of ['web', 'mail']) {
      await update(host, name);
      await start(host, name);
      await stop(name);
    }
    expect(await inCommon('web', 'mail')).toBeGreaterThan(1000);
    const before = await treeOf('mail');
    await declare(host, 'mail', withoutUsers);
    await start(host, 'mail');
    expect(await inCommon('web', 'mail')).toBe(0);
    expect(await treeOf('mail')).toBe(before);
    await areWhole('web', 'mail');
    expect(await writeToUsr('mail')).toBe('# forged');
    await stop('mail');
    await areWhole('web');
    expect(await host.sh('lsattr -d /run/ostree-guests/mail/root/')).toMatch(/^-*i/);
    // What it forged is its own; it is made again for the next round.
    await host.sh(`ostree fsck --delete --quiet --repo=${repositoryOf('mail')} >/dev/null 2>&1 || true`);
    await host.run('guestctl', 'remove', '--yes', 'mail');
    await declare(host, 'mail');
    await update(host, 'mail');
  }
});

test('one that manages itself writes to its repository, and to no other', async () => {
  await declare(host, 'own', itsOwn);
  await update(host, 'own');
  expect(await inCommon('own', 'web')).toBe(0);
  await start(host, 'own');
  await inGuest(
    host,
    'own',
    'for file in $(find /sysroot/ostree/repo/objects -name "*.file" | head -50); do echo forged >>$file || true; done',
  );
  await stop('own');
  await areWhole('web', 'late');
});
