// What is not to be trusted is refused, and the guest stays as it is.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, guestFile, repositoryOf, start, status, update, updateJournal } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, mirrorPath, publish, serverRef } from './mirror.ts';

let host: Host;
let first: string;

beforeAll(async () => {
  host = await bootHost();
  first = await makeMirror(host);
  await declare(host, 'mail');
  await update(host, 'mail');
});
afterAll(() => host?.stop());

/** The update fails for a reason, and nothing of what it offered is staged. */
async function expectRefused(name: string, reason: RegExp): Promise<void> {
  const { exitCode } = await host.try(`systemctl start ostree-guest-update@${name}`);
  expect([exitCode, await updateJournal(host, name)]).toEqual([1, expect.stringMatching(reason)]);
  expect((await status(host, name)).staged).toBeNull();
}

test('a commit that is older than the one deployed, unless that is allowed', async () => {
  const old = await publish(host, serverRef, {
    version: 'old',
    options: ['--timestamp=2020-01-01 00:00:00 UTC'],
  });
  await expectRefused('mail', /chronologically older.*set AllowDowngrade=yes in \[Update\]/);
  await declare(host, 'mail', guestFile('[Update]\nAllowDowngrade=yes\n'));
  await update(host, 'mail');
  expect((await status(host, 'mail')).staged?.checksum).toBe(old);
  await declare(host, 'mail');
});

test('a commit that was made for another ref', async () => {
  const other = await publish(host, 'debian/12/other', { version: 'other' });
  await host.sh(`ostree refs --repo=${mirrorPath} --force --create=${serverRef} ${other}`);
  await host.sh('rm -f /var/lib/ostree-guests/mail/staged.json');
  await expectRefused('mail', /bind|not found in bindings/i);
});

test('an object that is not what its name says', async () => {
  const commit = await publish(host, serverRef, { files: { '/usr/share/precious': 'gold\n'.repeat(1000) } });
  const [object = ''] =
    (await host.sh(`ostree ls -C --repo=${mirrorPath} ${commit} /usr/share/precious`)).match(
      /[0-9a-f]{64}/,
    ) ?? [];
  const file = `${mirrorPath}/objects/${object.slice(0, 2)}/${object.slice(2)}.filez`;
  await host.sh(
    `cp ${file} /tmp/good && printf x | dd of=${file} bs=1 seek=$(($(stat -c %s ${file}) - 12)) conv=notrunc status=none`,
  );
  await expectRefused('mail', /cannot fetch .*(corrupted|checksum|invalid|inflate)/i);
  expect(await host.sh(`ostree fsck --repo=${repositoryOf('mail')}`)).toContain('no errors');
  await host.sh(`mv /tmp/good ${file}`);
  await update(host, 'mail');
  expect((await status(host, 'mail')).staged?.checksum).toBe(commit);
  await start(host, 'mail');
  expect((await status(host, 'mail')).deployments.map(({ checksum }) => checksum)).toEqual([commit, first]);
});

test("a commit without one of OSTree's own signatures, where the remote has keys for them", async () => {
  const ref = 'debian/12/sealed';
  await publish(host, ref, { version: '1' });
  await host.sh('head -c 32 /dev/urandom | base64 >/srv/site.pub');
  const url = 'file:///srv/mirror/repo\nEd25519KeyPath=/srv/site.pub';
  await declare(host, 'sealed', guestFile('', url).replace(serverRef, ref));
  await expectRefused('sealed', /sealed\.guest:5: cannot fetch .*(sign|ed25519)/i);
  // Debian's OSTree cannot verify them at all, and so refuses all of them.
  const knows = (await host.sh('ostree --version')).includes('sign-ed25519');
  const { stdout } = await host.try('guestctl verify sealed');
  expect(stdout.includes("sealed.guest:6:16: this host's ostree does not support ed25519 signatures")).toBe(
    !knows,
  );
});
