// A build that publishes what it makes, over HTTP, to a guest that verifies it; what a run that is killed leaves.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceCgroup } from '../host/cgroup.ts';
import { makeDeb, publishDebs } from '../host/debs.ts';
import { end, holdAtEnd, watchGuest } from '../host/disk-events.ts';
import { declare, eventually, status, update } from '../host/guests.ts';
import { bootHost, type Host, outside } from '../host/host.ts';
import { type MirrorServer, serveMirror } from '../host/http.ts';
import { makeKey, type SigningKey } from '../host/keys.ts';
import { makeMirror, mirrorPath, publish as publishBase, serverRef } from '../host/mirror.ts';
import { printedBytes } from '../host/printed-bytes.ts';

const repository = '/srv/mirror/site';
const ref = 'site/tools';
const built = '/var/lib/ostree-guests/.builds/tools/repo';

let host: Host;
let key: SigningKey;
let server: MirrorServer;

/** It makes a tree of what /srv/data has. */
const make = `#!/bin/sh
set -e
mkdir -p root/etc root/usr/lib/systemd root/usr/share/data
: >root/usr/lib/systemd/systemd
printf 'ID=tools\nPRETTY_NAME=Tools\n' >root/usr/lib/os-release
cp /srv/data/* root/usr/share/data
`;
const buildFile = `[Build]
Command=./make

[Publish]
Repository=${repository}
Ref=${ref}
GPGKey=/etc/credstore/site.key
Ed25519Key=/etc/credstore/site.pem
Keep=2

[Files]
BindReadOnly=/srv/data
`;

beforeAll(async () => {
  host = await bootHost();
  key = await makeKey(host);
  await key.writePrivate('/etc/credstore/site.key');
  await host.sh(`mkdir -p /srv/data ${repository}; head -c 1000000 /dev/urandom >/srv/data/large
    (umask 077; node -e "
      const { privateKey } = require('crypto').generateKeyPairSync('ed25519');
      console.log(privateKey.export({ format: 'pem', type: 'pkcs8' }));" >/etc/credstore/site.pem)`);
  await host.write('/etc/ostree-guests/make', make, 0o755);
  await host.write('/etc/ostree-guests/tools.build', buildFile);
  await host.run('systemctl', 'daemon-reload');
  server = await serveMirror(host);
});
afterAll(() => host?.stop());

const published = () => host.sh(`ostree --repo=${repository} rev-parse ${ref}`);

/** Publishes, or waits for the end of a run. */
async function publish(): Promise<void> {
  const { exitCode } = await host.try('systemctl start ostree-guest-publish@tools');
  if (exitCode !== 0)
    throw new Error(
      await host.sh(
        'journalctl --sync; journalctl -o cat -n 40 -u ostree-guest-publish@tools; systemctl cat ostree-guest-publish@tools ostree-guest-build@tools; systemctl status ostree-guest-publish@tools || true',
      ),
    );
}

/** Builds, and waits for the publishing that follows. */
async function build(): Promise<string> {
  await host.run('systemctl', 'start', 'ostree-guest-build@tools');
  // This waits for the run that has begun, or is one that has nothing to do.
  await publish();
  return published();
}

test('a successful build is published: signed, bound to its ref, with a summary, for a guest that verifies it', async () => {
  expect(await host.sh('guestctl verify tools')).toBe('tools: no problem');
  const first = await build();
  expect(JSON.parse(await host.sh('guestctl builds -o json'))).toMatchObject([
    { name: 'tools', state: 'idle', published: { ref, state: 'idle', checksum: first, commits: 1 } },
  ]);
  expect(
    await host.sh(`ostree --repo=${repository} show --print-metadata-key=ostree.ref-binding ${ref}`),
  ).toBe(`['${ref}']`);
  await declare(
    host,
    'client',
    `[Guest]\nRef=site:${ref}\n[Remote]\nURL=${server.url}/site\nGPGKeyPath=${key.path}\n`,
  );
  await update(host, 'client');
  expect((await status(host, 'client')).deployments).toMatchObject([{ checksum: first }]);
});

test.each([
  ['a public key', 'gpg --export site', 'has no private key'],
  ['no key', 'echo secret', 'has no private key'],
  [
    'a key with a passphrase',
    'gpg --pinentry-mode loopback --passphrase pw --export-secret-keys locked',
    'has a passphrase',
  ],
])('guestctl verify reads the file of GPGKey=: %s', async (_, write, said) => {
  await host.sh(`export GNUPGHOME=/root/keys; [ -e $GNUPGHOME ] || {
      mkdir -m 700 -p $GNUPGHOME
      gpg -q --batch --passphrase '' --quick-generate-key site default default never
      gpg -q --batch --pinentry-mode loopback --passphrase pw --quick-generate-key locked default default never; }
    (umask 077; ${write} >/etc/credstore/wrong.key); gpgconf --kill all`);
  const text = buildFile.replace('site.key', 'wrong.key').replace(ref, 'site/wrong');
  await host.write('/etc/ostree-guests/wrong.build', text);
  const { exitCode, all } = await host.try('guestctl verify wrong');
  await host.sh('rm /etc/ostree-guests/wrong.build');
  expect(exitCode).toBe(1);
  expect(all).toMatch(/wrong\.build:7:\d+: .*wrong\.key/);
  expect(all).toContain(said);
});

test('what was not published is told also after systemd has forgotten it, and the next run publishes it', async () => {
  await host.sh('echo lost >/srv/data/lost; mv /etc/credstore/site.pem /root');
  const before = await published();
  await host.run('systemctl', 'start', 'ostree-guest-build@tools');
  await eventually(host, 'systemctl is-failed ostree-guest-publish@tools');
  // As a reboot does.
  await host.run('systemctl', 'reset-failed', 'ostree-guest-publish@tools');
  const { exitCode, stdout } = await host.try('guestctl builds --failed');
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining('not published')]);
  await host.sh('mv /root/site.pem /etc/credstore');
  expect(await build()).not.toBe(before);
  expect(await host.sh('guestctl builds --failed')).toBe('');
});

/** The signatures that OSTree itself reads from a dictionary of signatures. */
const ownSignature = async (commit: string) =>
  printedBytes(
    await host.sh(
      `ostree --repo=${repository} show --print-detached-metadata-key=ostree.sign.ed25519 ${commit}`,
    ),
  );

test("it has OSTree's own signature, too, over the commit and over the summary", async () => {
  const commit = await published();
  const signature = await ownSignature(commit);
  expect(signature).toMatch(/^[0-9a-f]{128}$/);
  // The signature of the summary is the last of its file, before 'aay' and the offsets.
  const verified = await host.sh(`node -e "
    const { readFileSync } = require('fs');
    const { createPublicKey, verify } = require('crypto');
    const key = createPublicKey(readFileSync('/etc/credstore/site.pem'));
    const commit = readFileSync('${repository}/objects/${commit.slice(0, 2)}/${commit.slice(2)}.commit');
    const signatures = readFileSync('${repository}/summary.sig');
    const at = signatures.indexOf('ostree.sign.ed25519') + 24;
    console.log(verify(null, commit, key, Buffer.from('${signature}', 'hex')),
      verify(null, readFileSync('${repository}/summary'), key, signatures.subarray(at, at + 64)));"`);
  expect(verified).toBe('true true');
});

test('the next one is pulled by its static delta', async () => {
  await host.sh('for i in {1..50}; do echo $i >/srv/data/$i; done');
  const next = await build();
  await server.forget();
  await update(host, 'client');
  expect((await status(host, 'client')).staged).toMatchObject({ checksum: next });
  const requests = await server.requests();
  expect(requests.filter((path) => path.includes('/deltas/')).length).toBeGreaterThan(0);
  expect(requests.filter((path) => path.endsWith('.filez'))).toEqual([]);
});

/** Everything that the repository has, as its record knows it. */
async function expectNoLeftovers(): Promise<void> {
  const objects = `cd ${repository}/objects; find . -name '*.commit' | sed 's/[^0-9a-f]//g; s/c$//' | sort`;
  const recorded = `grep -o '"checksum": *"[0-9a-f]*' ${repository}/ostree-guests/site+tools.json | grep -o '[0-9a-f]*$' | sort`;
  expect(await host.sh(objects)).toBe(await host.sh(recorded));
  expect(
    await host.sh(
      `ls -A ${repository}/tmp | grep -v cache || true; ls -d ${repository}/ostree-guests/summary-* | wc -l`,
    ),
  ).toBe('1');
  expect(await host.sh(`ostree fsck --repo=${repository}`)).toContain('no errors');
}

test('a key that is added signs the commit that clients have, and the signatures of the other one stay', async () => {
  const commit = await published();
  const old = await ownSignature(commit);
  await host.sh(`${remote('rotated', '--set=gpg-verify-summary=true')}
    ${pull('rotated')}
    cp /etc/credstore/site.pem /root/old.pem
    openssl genpkey -algorithm ed25519 -out /etc/credstore/site.pem; chmod 600 /etc/credstore/site.pem`);
  await publish();
  expect(await published()).toBe(commit);
  const both = await ownSignature(commit);
  expect(both).toHaveLength(256);
  expect(both.startsWith(old)).toBe(true);
  const byGpg = `ostree --repo=${repository} show --gpg-homedir=/var/lib/signing/site ${commit}`;
  expect(await host.sh(`${byGpg} | grep -c 'Signature made'`)).toBe('1');
  // GPG still verifies the commit and the summary.
  await host.sh(`rm -r /srv/rotated; ${remote('rotated', '--set=gpg-verify-summary=true')}
    ${pull('rotated')}; rm -r /srv/rotated`);
  const record = () => host.sh(`cat ${repository}/ostree-guests/site+tools.json`);
  const after = await record();
  await publish();
  expect([await record(), await ownSignature(commit)], 'nothing is signed twice').toEqual([after, both]);
});

test('what is not new is not published again, and nothing is left of the work', async () => {
  const before = await published();
  expect(await build()).toBe(before);
  await expectNoLeftovers();
});

/** Puts another tree into the repository of the build, without the time that a build takes. */
async function nextTree(version: number): Promise<void> {
  await host.sh(`mkdir -p /srv/more/usr/share/more; echo ${version} >/srv/more/usr/share/more/${version}
    ostree --repo=${built} commit --branch=ostree-guests/built --no-bindings \\
      --add-metadata-string=version=${version} --tree=ref=ostree-guests/built --tree=dir=/srv/more`);
}

/** The kind of a change: its place without what is different in each run. */
const kindOf = (event: string): string =>
  event
    .replace(/, \d+$/, '')
    .split('/')
    .slice(0, 2)
    .join('/')
    .replace(/^(objects|deltas|delta-indexes|tmp|state)\/.*/, '$1')
    .replace(/summary-.*/, 'summary-');

const publisher = 'ostree-guest-publish@tools.service';

/** Publishes; each kind of change on disk is told when it happens first. */
async function watched(changed: (kind: string) => void): Promise<void> {
  const seen = new Set<string>();
  const unwatch = watchGuest(outside(host, repository), (event) => {
    const kind = kindOf(event);
    if (!seen.has(kind)) changed(kind);
    seen.add(kind);
  });
  await host.try('systemctl start ostree-guest-publish@tools');
  unwatch();
}

const remote = (name: string, ...options: string[]) => `
  ostree init --repo=/srv/${name} --mode=archive
  ostree --repo=/srv/${name} remote add --gpg-import=${key.path} ${options.join(' ')} site ${server.url}/site`;
const pull = (name: string) => `ostree --repo=/srv/${name} pull site ${ref}`;

test('killed after each kind of change, readers see the old or the new whole, and the next run completes it', async () => {
  await host.sh(remote('strict', '--set=gpg-verify-summary=true'));
  await host.sh(remote('reader'));
  await host.write(
    '/srv/read',
    `while [ ! -e /srv/enough ]; do\n${pull('reader')} >/srv/said 2>&1 || cat /srv/said >>/srv/failed\necho >>/srv/reads\ndone\n`,
  );
  await host.run('systemd-run', '--quiet', '--unit=reader', 'sh', '/srv/read');
  const kinds: string[] = [];
  await holdAtEnd(host, publisher, repository);
  await nextTree(0);
  await watched((kind) => kinds.push(kind));
  expect(kinds.at(-1)).toBe(end);
  for (const [index, point] of kinds.entries()) {
    const before = await published();
    await nextTree(index + 1);
    let hit = false;
    await watched((kind) => {
      // A kind that does not come this time is left to the next one.
      if (hit || kinds.indexOf(kind) < index) return;
      const cgroup = serviceCgroup(host.work, publisher);
      if (cgroup === undefined) return;
      writeFileSync(join(cgroup, 'cgroup.kill'), '1');
      hit = true;
    });
    expect(hit, `killed at ${point}`).toBe(true);
    const seen = await host.sh(
      `${pull('strict')} >/dev/null; ostree --repo=/srv/strict rev-parse site:${ref}`,
    );
    await publish();
    const next = await published();
    expect(next).not.toBe(before);
    expect([before, next]).toContain(seen);
  }
  await expectNoLeftovers();
  await host.sh('touch /srv/enough; until ! systemctl is-active -q reader; do sleep 0.1; done');
  expect(await host.sh('cat /srv/failed 2>/dev/null || true')).toBe('');
  expect(Number(await host.sh('wc -l </srv/reads'))).toBeGreaterThan(kinds.length);
  expect(await host.sh('ostree fsck --repo=/srv/reader')).toContain('no errors');
});

test('old commits go a day after the next one, but for the last ones', async () => {
  const commits = () => host.sh(`find ${repository}/objects -name '*.commit' | wc -l`);
  expect(Number(await commits())).toBeGreaterThan(4);
  await host.sh(`node -e "
    const { readFileSync, writeFileSync } = require('fs');
    const file = '${repository}/ostree-guests/site+tools.json';
    const record = JSON.parse(readFileSync(file));
    for (const commit of record.commits) commit.since -= 2 * 86400000;
    writeFileSync(file, JSON.stringify(record));"`);
  await publish();
  expect(await commits()).toBe('2');
  await expectNoLeftovers();
  await host.sh(pull('strict'));
  await update(host, 'client');
  expect((await status(host, 'client')).staged).toMatchObject({ checksum: await published() });
});

describe('a layer over a base of a remote', () => {
  const layer = 'site/layered';
  const inLayer = (path: string) => host.sh(`ostree --repo=${repository} cat ${layer} ${path}`);
  const versionOf = (commit: string) =>
    host.sh(`ostree --repo=${repository} show --print-metadata-key=version ${commit}`);
  const layered = () => host.sh(`ostree --repo=${repository} rev-parse ${layer}`);

  /** Builds, and waits for the publishing that follows. */
  async function buildLayer(): Promise<string> {
    await host.sh(`systemctl start ostree-guest-build@layered || {
      journalctl --sync; journalctl -o cat -n 30 -u ostree-guest-build@layered; exit 1; }
      systemctl start ostree-guest-publish@layered`);
    return layered();
  }

  /** Offers a package in a version, which is also its content. */
  async function offer(version: string): Promise<void> {
    const tool = await makeDeb(host, 'site-tool', { version, files: { 'usr/share/tool': version } });
    await publishDebs(host, '/srv/apt', [tool], key);
  }

  /** Publishes the base, signed. Its own sources cannot be reached. */
  async function base(version: string): Promise<string> {
    const files = { '/etc/apt/sources.list': '', '/usr/share/base': version };
    const commit = await publishBase(host, serverRef, { version, files });
    await key.sign(commit);
    return commit;
  }

  let first: string;

  test('is made centrally and published, with its base verified', async () => {
    await makeMirror(host);
    first = await base('13.1');
    await offer('1.0');
    await host.write('/etc/ostree-guests/site.sources', 'Types: deb\nURIs: file:/srv/apt\nSuites: ./\n');
    await host.write(
      '/etc/ostree-guests/layered.build',
      `[Build]
Base=up:${serverRef}
[Remote]
URL=${server.url}/repo
GPGKeyPath=${key.path}
[Packages]
Install=site-tool
Repository=./site.sources
RepositoryKey=${key.path}
[Publish]
Repository=${repository}
Ref=${layer}
GPGKey=/etc/credstore/site.key
`,
    );
    await host.run('systemctl', 'daemon-reload');
    expect(await host.sh('guestctl verify layered')).toBe('layered: no problem');
    const commit = await buildLayer();
    expect([await inLayer('/usr/share/tool'), await inLayer('/usr/share/base')]).toEqual(['1.0', '13.1']);
    expect(await versionOf(commit)).toMatch(/^'13\.1\+\d{8}\.\d{4}'$/);
    expect(await buildLayer(), 'nothing is new').toBe(commit);
    expect(await host.sh('ls -A /var/lib/ostree-guests/.builds/layered')).toBe('repo\nresult.json');
  });

  test('is made again when a package or the base is new, and not from an older base', async () => {
    await offer('2.0');
    await buildLayer();
    expect([await inLayer('/usr/share/tool'), await inLayer('/usr/share/base')]).toEqual(['2.0', '13.1']);
    await base('13.2');
    const last = await buildLayer();
    expect([await inLayer('/usr/share/tool'), await inLayer('/usr/share/base')]).toEqual(['2.0', '13.2']);
    await host.sh(`ostree --repo=${mirrorPath} refs --force --create=${serverRef} ${first}`);
    const { exitCode } = await host.try('systemctl start ostree-guest-build@layered');
    const { result } = JSON.parse(await host.sh('guestctl builds -o json')).find(
      ({ name }: { name: string }) => name === 'layered',
    );
    expect([exitCode, result.failure]).toEqual([
      1,
      expect.stringMatching(
        /^\S+layered\.build:4: cannot fetch .* chronologically older.* refs --delete up:/,
      ),
    ]);
    expect(await layered()).toBe(last);
  });
});
