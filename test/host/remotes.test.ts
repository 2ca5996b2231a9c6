import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  declare,
  eventually,
  failingUpdate,
  guestFile,
  inGuest,
  repositoryOf,
  start,
  status,
  update,
  updateJournal,
} from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { type MirrorServer, serveMirror } from './http.ts';
import { makeKey, type SigningKey } from './keys.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';
import { serveProxy, serveTls, tls } from './tls.ts';

let host: Host;
let server: MirrorServer;
let key: SigningKey;
let first: string;

beforeAll(async () => {
  host = await bootHost();
  first = await makeMirror(host);
  server = await serveMirror(host);
  key = await makeKey(host);
});
afterAll(() => host?.stop());

const contentOf = (requests: readonly string[]) => requests.filter((path) => path.endsWith('.filez'));

test('a guest is created over HTTP', async () => {
  await declare(host, 'one', guestFile('', `${server.url}/repo`));
  await update(host, 'one');
  expect((await status(host, 'one')).deployments).toMatchObject([{ checksum: first }]);
  // The host's own tree has most of it.
  expect(contentOf(await server.requests()).length).toBeGreaterThan(0);
});

test('a second guest of the same commit downloads none of its files', async () => {
  await server.forget();
  await declare(host, 'two', guestFile('', `${server.url}/repo`));
  await update(host, 'two');
  expect((await status(host, 'two')).deployments).toMatchObject([{ checksum: first }]);
  expect(contentOf(await server.requests())).toEqual([]);
});

test('of a tree that is like the others, only what no one has is downloaded', async () => {
  await publish(host, 'debian/12/builder', { files: { '/usr/share/one': '1', '/usr/share/two': '2' } });
  await server.forget();
  await declare(host, 'builder', guestFile('', `${server.url}/repo`).replace(serverRef, 'debian/12/builder'));
  await update(host, 'builder');
  expect(contentOf(await server.requests())).toHaveLength(2);
});

test('of a ref that a guest no longer follows, only its deployments keep anything', async () => {
  const refs = () => host.sh(`ostree refs --repo=${repositoryOf('builder')}`);
  expect(await refs()).toContain('site:debian/12/builder');
  const [deployed] = (await status(host, 'builder')).deployments;
  await declare(host, 'builder', guestFile('', `${server.url}/repo`));
  await update(host, 'builder');
  expect(await refs()).toContain(`site:${serverRef}`);
  expect(await refs()).not.toContain('site:debian/12/builder');
  expect((await status(host, 'builder')).deployments).toEqual([deployed]);
  await start(host, 'builder');
  expect((await status(host, 'builder')).deployments).toMatchObject([
    { checksum: first },
    { checksum: deployed?.checksum },
  ]);
  await host.run('machinectl', 'terminate', 'builder');
});

test('a server with a certificate of a private authority wants one of the client, and is reached by a proxy', async () => {
  await serveTls(host, { port: 8443, to: 8080 });
  await serveProxy(host, 8443);
  const commit = await publish(host, 'debian/12/private', { files: { '/usr/share/private': 'private' } });
  const file = (...lines: string[]) =>
    guestFile('', ['https://mirror.example/repo', 'ProxyURL=http://127.0.0.1:3128', ...lines].join('\n')) //
      .replace(serverRef, 'debian/12/private');
  const authority = `TLSCAPath=${tls.ca}`;
  const client = [`TLSClientCertPath=${tls.certificate}`, `TLSClientKeyPath=${tls.key}`];
  for (const lines of [client, [authority]]) {
    await declare(host, 'private', file(...lines));
    expect(await failingUpdate(host, 'private')).toMatch(/private\.guest:5: cannot fetch .*mirror\.example/);
  }
  await declare(host, 'private', file(authority, ...client));
  await update(host, 'private');
  expect((await status(host, 'private')).deployments).toMatchObject([{ checksum: commit }]);
  expect(await host.sh('sort -u /run/proxy.log')).toBe('mirror.example:443');
});

test('a running update shows how far it is in systemctl status', async () => {
  const slow = await serveMirror(host, { port: 8081, delay: 1000 });
  const text = () => randomBytes(4096).toString('hex');
  const files = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`/usr/share/many/${i}`, text()]));
  await publish(host, serverRef, { version: '12.2', files });
  await declare(host, 'one', guestFile('', `${slow.url}/repo`));
  const terminal = host.try(`script -qec 'guestctl update one' /dev/null </dev/null`);
  // It takes a minute unless it is seen before. Exit code 3: it is not active yet.
  await eventually(
    host,
    "{ systemctl status ostree-guest-update@one || true; } | grep -o 'Status: .*B/s, .* left.*' >/run/seen",
  );
  await slow.release();
  const seen = await host.sh('cat /run/seen');
  expect(seen).toMatch(
    /Status: "Fetching site:debian\/12\/server \([0-9a-f]{12}\) from http:.*: \d+ % \(\d+ of \d+ objects\), [\d.]+ [kM]B, [\d.]+ [kM]B\/s, (?:\d+ h )?\d+ (?:s|min) left"/,
  );
  // On a terminal below the step, again and again.
  expect((await terminal).all).toMatch(/\d+ % \(\d+ of \d+ objects\), .* left\r/);
});

test('a remote that stops half way costs nothing but the update, and the next one goes on from there', async () => {
  const { deployments, staged } = await status(host, 'one');
  const slow = await serveMirror(host, { port: 8082, files: 100 });
  const files = Object.fromEntries(
    Array.from({ length: 400 }, (_, i) => [`/usr/share/half/${i}`, `half ${i}`]),
  );
  const commit = await publish(host, serverRef, { version: 'half', files });
  await declare(host, 'one', guestFile('', `${slow.url}/repo`));
  const run = host.try('systemctl start ostree-guest-update@one');
  await eventually(host, `[ $(grep -c filez /run/mirror-http-8082.log) -gt 100 ]`);
  await slow.stop();
  expect((await run).exitCode).toBe(1);
  expect(await updateJournal(host, 'one')).toMatch(/one\.guest:5: cannot fetch .*The guest is as it was/);
  expect(await status(host, 'one')).toMatchObject({ deployments, staged });

  await server.forget();
  await declare(host, 'one', guestFile('', `${server.url}/repo`));
  await update(host, 'one');
  expect((await status(host, 'one')).staged?.checksum).toBe(commit);
  expect(await host.sh(`ostree fsck --repo=${repositoryOf('one')}`)).toContain('no errors');
  // What had arrived is not fetched again.
  expect(contentOf(await server.requests()).length).toBeLessThan(380);
});

test('a remote that is slow does not hold up the update of another guest', async () => {
  // The large file takes more than four minutes. What is fetched before it, some 100 kB, takes seconds.
  const slow = await serveMirror(host, { port: 8083, rate: 20_000 });
  const content = randomBytes(5 << 20).toString('base64');
  await publish(host, 'debian/12/large', { files: { '/usr/share/large': content } });
  const large = guestFile('[Update]\nConcurrency=1\n', `${slow.url}/repo`).replace(
    serverRef,
    'debian/12/large',
  );
  await declare(host, 'patient', large);
  await declare(host, 'hasty', guestFile('[Update]\nConcurrency=1\n', `${server.url}/repo`));
  await host.run('systemctl', 'start', '--no-block', 'ostree-guest-update@patient');
  await eventually(
    host,
    'systemctl show -P StatusText ostree-guest-update@patient | grep Receiving || grep filez /run/mirror-http-8083.log',
  );
  await update(host, 'hasty');
  expect((await status(host, 'hasty')).deployments).toHaveLength(1);
  expect(await host.sh('systemctl is-active ostree-guest-update@patient || true')).toBe('activating');
  expect(await updateJournal(host, 'hasty')).toContain(
    'Waiting for the update of another guest (Concurrency=1)',
  );
  expect(await updateJournal(host, 'patient')).toContain('other guests are updated meanwhile');
  await host.run('systemctl', 'stop', 'ostree-guest-update@patient');
  // What pulls ends with it, long before it has all.
  await eventually(
    host,
    `units=$(systemctl list-units --plain --no-legend 'ostree-guest-link-*') && [ -z "$units" ] && pgrep -f mirror-http-8083`,
  );
  await host.sh('rm /etc/ostree-guests/patient.guest; systemctl daemon-reload');
  await slow.stop();
});

test('GPGKeyPath= turns verification on: a commit that is not signed is refused, a signed one is taken', async () => {
  await declare(
    host,
    'signed',
    guestFile('', `file:///srv/mirror/repo\nGPGKeyPath=${key.path}`).replace(serverRef, 'debian/12/signed'),
  );
  const commit = await publish(host, 'debian/12/signed', {});
  const refused = await host.try('systemctl start ostree-guest-update@signed');
  expect(refused.exitCode).not.toBe(0);
  expect(await host.sh('journalctl --sync; journalctl -p err -o cat -u ostree-guest-update@signed')).toMatch(
    /signed\.guest:5: cannot fetch .*(GPG|signature)/i,
  );
  expect((await status(host, 'signed')).deployments).toEqual([]);

  await key.sign(commit);
  await update(host, 'signed');
  expect((await status(host, 'signed')).deployments).toMatchObject([{ checksum: commit }]);
});

test('a commit that another guest has is verified all the same', async () => {
  const unsigned = await publish(host, 'debian/12/signed', { version: 'unsigned' });
  await declare(host, 'trusting', guestFile().replace(serverRef, 'debian/12/signed'));
  await update(host, 'trusting');
  expect((await status(host, 'trusting')).deployments).toMatchObject([{ checksum: unsigned }]);
  expect((await host.try('systemctl start ostree-guest-update@signed')).exitCode).not.toBe(0);
  expect(await status(host, 'signed')).toMatchObject({ staged: null, deployments: [{}] });
});

test("without [Remote], the host's remote is used, with its keys, and what it changes is followed", async () => {
  await host.sh(
    `ostree remote add --repo=/ostree/repo --gpg-import=${key.path} central file:///srv/mirror/repo`,
  );
  const commit = await publish(host, 'debian/12/central', {});
  await declare(host, 'central', '[Guest]\nRef=central:debian/12/central\n');
  expect((await host.try('systemctl start ostree-guest-update@central')).exitCode).not.toBe(0);
  await key.sign(commit);
  await update(host, 'central');
  await start(host, 'central');
  expect(await inGuest(host, 'central', 'cat /etc/os-release')).toContain('ID=debian');
  const origin = '/var/lib/ostree-guests/central/sysroot/ostree/deploy/central/deploy/*.origin';
  expect(await host.sh(`cat ${origin}`)).toContain('refspec=central:debian/12/central');
  expect(await host.sh('ostree refs --repo=/ostree/repo')).not.toContain('central:');

  await host.sh('ostree remote delete --repo=/ostree/repo central && mv /srv/mirror/repo /srv/mirror/moved');
  await host.write(
    '/etc/ostree/remotes.d/central.conf',
    '[remote "central"]\nurl=file:///srv/mirror/moved\ngpg-verify=false\n',
  );
  await update(host, 'central');
  await host.sh('mv /srv/mirror/moved /srv/mirror/repo');
});

test('an update that finds something new asks the remote once', async () => {
  await declare(host, 'two', guestFile('', `${server.url}/repo`));
  await update(host, 'two');
  await host.try('systemctl start ostree-guest-boot@two');
  // Finds nothing new, and remembers its question.
  await update(host, 'two');
  const next = await publish(host, serverRef, { version: 'next', files: { '/usr/share/next': 'next' } });
  await server.forget();
  await update(host, 'two');
  expect((await status(host, 'two')).staged).toMatchObject({ checksum: next });
  expect((await server.requests()).filter((path) => path.includes('/refs/'))).toHaveLength(1);
});

test('through a proxy that the unit of the update was given, also in its linking step', async () => {
  const ref = 'debian/12/proxied';
  await publish(host, ref, { files: { '/usr/share/proxied': 'by a proxy' } });
  await host.write('/etc/proxy.env', 'http_proxy=http://site:secret@127.0.0.1:8080\n', 0o600);
  await host.write(
    '/etc/systemd/system/ostree-guest-update@.service.d/proxy.conf',
    '[Service]\nEnvironmentFile=/etc/proxy.env\n',
  );
  await server.forget();
  // The server takes the whole URL of a request to a proxy, too. Nobody knows this name.
  await declare(host, 'proxied', guestFile('', 'http://mirror.invalid/repo').replace(serverRef, ref));
  await update(host, 'proxied');
  expect(contentOf(await server.requests()).length).toBeGreaterThan(0);
  expect(await host.sh('journalctl --sync; journalctl --output=verbose --since=-10min')).not.toContain(
    'site:secret',
  );
});
