// Root in a guest without a user namespace can write to its /usr, or to its repository. No other guest must have these files.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, eventually, guestFile, inGuest, repositoryOf, start, update } from '../guests.ts';
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

/** Creates a guest, whose neighbours have what it wants. Returns how many files it shares with one of them. */
async function createdBeside(name: string, neighbour: string): Promise<number> {
  await declare(host, name);
  await update(host, name);
  await areWhole(name);
  return inCommon(name, neighbour);
}

const notes = '/var/lib/ostree-guests/bare/{unshared,unconfined}.json';

test('one that was without it once is never trusted again, whatever its file says later', async () => {
  await declare(host, 'bare');
  expect(await createdBeside('late2', 'bare')).toBe(0);
  await publish(host, serverRef, { version: '12.1.1', files: { '/usr/share/version': '12.1.1' } });
  for (const name of ['bare', 'web', 'late2']) await update(host, name);
  expect(await inCommon('bare', 'web')).toBe(0);
  expect(await inCommon('bare', 'late2')).toBe(0);
  expect(await inCommon('web', 'late2')).toBeGreaterThan(1000);
});

test('one that runs without it is not trusted, though its file was changed, and nothing was noted when it was started', async () => {
  await declare(host, 'bare', withoutUsers);
  await start(host, 'bare');
  await declare(host, 'bare');
  // As if an older version had started it.
  await host.sh(`rm ${notes}`);
  expect(await createdBeside('late3', 'bare')).toBe(0);
  // Nor when it has ended.
  await stop('bare');
  expect(await createdBeside('late4', 'bare')).toBe(0);
});

test('one whose file says so is not trusted later, though it was last started by an older version', async () => {
  await declare(host, 'bare', withoutUsers);
  await host.sh(`rm -f ${notes}`);
  await publish(host, serverRef, { version: '12.1.2', files: { '/usr/share/version': '12.1.2' } });
  await update(host, 'late2');
  await declare(host, 'bare');
  expect(await createdBeside('late5', 'bare')).toBe(0);
});

test('removed and created anew it is like any other', async () => {
  await host.run('guestctl', 'remove', '--yes', 'bare');
  expect(await createdBeside('bare', 'late5')).toBeGreaterThan(1000);
});

test('without files of its own it is not started, and not rehearsed', async () => {
  await start(host, 'late5');
  await publish(host, serverRef, { version: '12.1.3', files: { '/usr/share/version': '12.1.3' } });
  await update(host, 'late5');
  await declare(host, 'late5', withoutUsers);
  const { exitCode, all } = await host.try('guestctl rehearse late5');
  expect(exitCode).not.toBe(0);
  expect(all).toMatch(
    /late5\.guest:\d+:\d+: late5 still shares files with other guests, which a rehearsal without a user namespace could change\. Start it/,
  );
  await stop('late5');
  const work = `${repositoryOf('late5')}/tmp`;
  await host.sh(`chattr +i ${work}; ! machinectl start late5`);
  expect(await host.sh('journalctl --sync; journalctl -p err -o cat -u ostree-guest-boot@late5')).toMatch(
    /^late5 is not started: it has no user namespace and still shares files with other guests, .* not permitted/m,
  );
  await host.sh(`chattr -i ${work}; systemctl reset-failed systemd-nspawn@late5`);
  // Killed at the first copy, it goes on with what is left at the next start. What copies all others waits to be killed.
  const unshare = 'ostree-guest-unshare-late5.service';
  await host.write(
    '/run/one',
    '#!/bin/sh\nshift; "$@" "$(tr "\\0" "\\n" | head -n 1)"; exec sleep infinity\n',
    0o755,
  );
  await host.write(
    `/run/systemd/system/${unshare}.d/one.conf`,
    '[Service]\nBindReadOnlyPaths=/run/one:/usr/bin/xargs\n',
  );
  await host.sh('systemctl daemon-reload; systemctl start --no-block ostree-guest-boot@late5');
  await eventually(host, `find ${work}/unshare -type f | grep .`);
  await host.run('systemctl', 'kill', '--signal=KILL', unshare);
  await eventually(host, '[ "$(systemctl is-active ostree-guest-boot@late5)" = failed ]');
  await host.sh(`rm -r /run/systemd/system/${unshare}.d; systemctl daemon-reload`);
  expect(await inCommon('late5', 'web')).toBeGreaterThan(0);
  await areWhole('late5', 'web');
  // Who links meanwhile does not know of it.
  await host.sh('systemd-run --unit=ostree-guest-link-slow sleep infinity');
  await start(host, 'late5');
  expect((await host.try('systemctl is-active ostree-guest-link-slow')).stdout).toBe('inactive');
  expect(await inCommon('late5', 'web')).toBe(0);
});

test('one whose services read another guest file than systemd is not started while it shares files', async () => {
  // Its generator sees the drop-in, its boot step does not.
  await host.sh(`mkdir -p /srv/config /etc/ostree-guests/mail.guest.d
    printf '[Exec]\nPrivateUsers=no\n' >/srv/config/10.conf
    ln -s /srv/config/10.conf /etc/ostree-guests/mail.guest.d/
    systemctl stop systemd-nspawn@mail; systemctl daemon-reload`);
  expect((await host.try('machinectl start mail')).exitCode).not.toBe(0);
  expect(await host.sh('journalctl --sync; journalctl -o cat -u systemd-nspawn@mail')).toMatch(
    /^mail is not started: it has no user namespace, and shares files with other guests\./m,
  );
  expect(await inCommon('mail', 'web')).toBeGreaterThan(1000);
  await host.sh('rm -r /etc/ostree-guests/mail.guest.d; systemctl daemon-reload; systemctl reset-failed');
  await start(host, 'mail');
  await stop('mail');
});

test('one that shared files gets files of its own before it is started without it', async () => {
  await publish(host, serverRef, { version: '12.2', files: { '/usr/share/version': '12.2' } });
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
