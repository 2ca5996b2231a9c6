// Where a site keeps its trees: several servers, static deltas, a stick; and a guest that changes its ref.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, guestFile, inGuest, reboot, repositoryOf, start, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { type MirrorServer, serveMirror } from './http.ts';
import { makeMirror, mirrorPath, publish, serverRef } from './mirror.ts';

let host: Host;
let first: string;
let server: MirrorServer;
let other: MirrorServer;

beforeAll(async () => {
  host = await bootHost();
  first = await makeMirror(host);
  server = await serveMirror(host);
  other = await serveMirror(host, { port: 8081 });
});
afterAll(() => host?.stop());

/** A site that has static deltas has a summary, which then has to be kept up to date. */
async function release(...args: Parameters<typeof publish>): Promise<string> {
  const commit = await publish(...args);
  await host.sh(`ostree summary --repo=${mirrorPath} --update`);
  return commit;
}

const isContent = (path: string) => /\.filez$|\/deltas\//.test(path);

test('with ContentURL=, what is signed comes from one server and all else from another', async () => {
  await declare(host, 'mail', guestFile('', `${server.url}/repo\nContentURL=${other.url}/repo`));
  await update(host, 'mail');
  expect((await status(host, 'mail')).deployments).toMatchObject([{ checksum: first }]);
  expect((await server.requests()).filter(isContent)).toEqual([]);
  expect((await other.requests()).filter(isContent).length).toBeGreaterThan(0);
});

test('of a list of mirrors, one that does not answer is left out', async () => {
  await host.write('/srv/mirror/list', `http://127.0.0.1:9/repo\n${other.url}/repo\n`);
  const next = await publish(host, serverRef, { version: '12.2' });
  await declare(host, 'mail', guestFile('', `mirrorlist=${server.url}/list`));
  await update(host, 'mail');
  expect((await status(host, 'mail')).staged).toMatchObject({ checksum: next });
});

test('a metalink names the servers, and the digest of what they have to answer', async () => {
  const next = await release(host, serverRef, { version: '12.2.1' });
  await host.sh(`cd ${mirrorPath}; cat >../meta <<END
<metalink version="3.0" xmlns="http://www.metalinker.org/"><files><file name="summary">
<size>$(stat -c %s summary)</size>
<verification><hash type="sha512">$(sha512sum summary | cut -d' ' -f1)</hash></verification>
<resources><url location="DE" protocol="http" type="http" preference="100">${other.url}/repo/summary</url></resources>
</file></files></metalink>
END`);
  await declare(host, 'mail', guestFile('', `metalink=${server.url}/meta\nGPGVerify=no`));
  await update(host, 'mail');
  expect((await status(host, 'mail')).staged).toMatchObject({ checksum: next });
  await host.run('rm', `${mirrorPath}/summary`);
});

test('where there is a static delta from what the guest has, that is all that is fetched', async () => {
  await start(host, 'mail');
  const { running } = await status(host, 'mail');
  const files = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`/usr/share/many/${i}`, `${i}`]));
  const next = await publish(host, serverRef, { version: '12.3', files });
  await host.sh(`
    ostree static-delta generate --repo=${mirrorPath} --from=${running?.checksum} --to=${next}
    ostree summary --repo=${mirrorPath} --update`);
  await declare(host, 'mail', guestFile('', `${server.url}/repo`));
  await server.forget();
  await update(host, 'mail');
  expect((await status(host, 'mail')).staged).toMatchObject({ checksum: next });
  const content = (await server.requests()).filter(isContent);
  expect(content.filter((path) => path.includes('/deltas/')).length).toBeGreaterThan(0);
  expect(content.filter((path) => path.endsWith('.filez'))).toEqual([]);
});

test('from a stick that is plugged in for it; without it the update fails and the guest is as it was', async () => {
  await declare(host, 'mail', guestFile('', 'file:///run/media/stick/repo'));
  const before = await status(host, 'mail');
  const next = await release(host, serverRef, { version: '12.4', files: { '/etc/from': 'stick\n' } });
  const failed = await host.try('systemctl start ostree-guest-update@mail');
  expect(failed.exitCode).not.toBe(0);
  expect(await host.sh('journalctl --sync; journalctl -o cat -p err -t ostree-guest-update')).toMatch(
    /mail\.guest:5: cannot fetch debian\/12\/server from file:\/\/\/run\/media\/stick\/repo: .*No such file/,
  );
  expect(await status(host, 'mail')).toMatchObject({ staged: before.staged, running: before.running });

  await host.sh('mkdir -p /run/media/stick && mount --bind /srv/mirror /run/media/stick');
  await update(host, 'mail');
  // Nothing of it is in use any more.
  await host.sh('umount /run/media/stick');
  await reboot(host, 'mail');
  expect((await status(host, 'mail')).running).toMatchObject({ checksum: next });
  expect(await inGuest(host, 'mail', 'cat /etc/from')).toBe('stick');
});

test('another Ref= is an ordinary edit, there and back', async () => {
  const other = await release(host, 'debian/13/server', { files: { '/etc/release': '13\n' } });
  await inGuest(host, 'mail', 'echo mine >/etc/mine');
  const text = guestFile();
  const origin = `/var/lib/ostree-guests/mail/sysroot/ostree/deploy/mail/deploy/$(readlink /run/ostree-guests/mail/root | xargs basename).origin`;
  await declare(host, 'mail', text.replace(serverRef, 'debian/13/server'));
  await update(host, 'mail');
  await reboot(host, 'mail');
  expect((await status(host, 'mail')).running).toMatchObject({ checksum: other });
  expect(await inGuest(host, 'mail', 'cat /etc/release /etc/mine')).toBe('13\nmine');
  expect(await host.sh(`cat ${origin}`)).toContain('refspec=site:debian/13/server');

  await declare(host, 'mail', text);
  await update(host, 'mail');
  await reboot(host, 'mail');
  expect(await inGuest(host, 'mail', 'cat /etc/from /etc/mine; ls /etc/release 2>&1 || :')).toMatch(
    /^stick\nmine\nls: cannot access/,
  );
  expect(await host.sh(`ostree refs --repo=${repositoryOf('mail')}`)).toContain('site:debian/12/server');
});
