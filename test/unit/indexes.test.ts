// What is asked of repositories of packages, by a curl(1) that the cases choose.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { sha256 } from '../../src/host/digest.ts';
import { run } from '../../src/host/process.ts';
import { apt } from '../../src/trees/packages/apt.ts';
import { indexesIn, type PackageIndex, requestsFor } from '../../src/trees/packages/indexes.ts';

const work = mkdtempSync(join(tmpdir(), 'indexes-'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(work, { recursive: true });
});

const address = 'http://apt.example.org/debian/dists/trixie/InRelease';
const index = 'Suite: trixie\nValid-Until: Sat, 05 Dec 2026 08:00:00 UTC\n';
const digest = sha256(index);

function program(name: string, script: string): void {
  writeFileSync(`${work}/bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(`${work}/bin/${name}`, 0o755);
}

/** A curl that gets this index from any address, with these validators. */
function serve(content: string, etag: string, modified = ''): void {
  writeFileSync(`${work}/content`, content);
  program(
    'curl',
    `cat >${work}/asked; cp ${work}/content ${work}/tmp/index; printf '%s\\n' '${etag}' '${modified}'`,
  );
}

/** Runs the command at once, with a /tmp of its own. */
const systemdRun = `rm -rf ${work}/tmp; mkdir ${work}/tmp
while [ "$1" != -- ]; do shift; done; shift
/bin/sh -c "$(printf %s "$3" | sed 's|/tmp|${work}/tmp|')"`;

beforeEach(() => {
  mkdirSync(`${work}/bin`, { recursive: true });
  vi.stubEnv('PATH', `${work}/bin:/usr/bin:/bin`);
  program('systemd-run', systemdRun);
  serve(index, '"a1"');
});

const requestsOf = (indexes: readonly PackageIndex[]) => requestsFor('mail', indexes);

const always = 'globoff\nproto = "=http,https"\nmax-time = 60\nmax-filesize = 8388608\nsilent\n';
const asks = 'output = "/dev/null"\nwrite-out = "%{response_code},"\n';

test('each index is asked for on condition that it has changed, until the first one expires', async () => {
  const other = { address: `${address}2`, digest };
  const requests = await requestsOf([{ address, digest }, other]);
  const request = (url: string) => `url = "${url}"\n${always}header = "If-None-Match: \\"a1\\""\n${asks}`;
  expect(requests).toMatchObject({
    config: `${request(address)}next\n${request(other.address)}`,
    unchanged: '304,304,',
    until: Date.UTC(2026, 11, 5, 8) / 1000,
  });
  expect(readFileSync(`${work}/asked`, 'utf8')).toContain(`url = "${other.address}"\n${always}fail\n`);
});

test('the time counts if there is no ETag; an index may never expire, or at a date that nobody can read', async () => {
  serve('Suite: x\n', '', 'Fri, 27 Nov 2026 08:00:00 GMT');
  const plain = await requestsOf([{ address, digest: sha256('Suite: x\n') }]);
  expect(plain?.config).toContain('header = "If-Modified-Since: Fri, 27 Nov 2026 08:00:00 GMT"\n');
  expect(plain?.until).toBeUndefined();
  serve('Valid-Until: soon\n', '"a1"');
  expect((await requestsOf([{ address, digest: sha256('Valid-Until: soon\n') }]))?.until).toBe(0);
});

test('without repositories there is nothing to ask', async () => {
  expect(await requestsOf([])).toMatchObject({ config: '', unchanged: '', until: undefined });
});

test('a tree that names too many repositories is not asked on condition', async () => {
  expect(await requestsOf(Array.from({ length: 101 }, () => ({ address, digest })))).toBeUndefined();
});

test('curl sees no guest, is not root, reaches no local socket, and its file and its time have an end', async () => {
  const { command = [] } = (await requestsOf([{ address, digest }])) ?? {};
  expect(command).toContain('--unit=ostree-guest-ask-mail');
  expect(command).toEqual(
    expect.arrayContaining(['--property=User=65534', '--property=CapabilityBoundingSet=']),
  );
  expect(command).toContain('--property=RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK');
  expect(command).toContain('--property=TemporaryFileSystem=/:ro /tmp:size=8M,mode=1777');
  expect(command).toContain('--property=RuntimeMaxSec=2min');
  expect(command.filter((word) => word.startsWith('--property=BindPaths'))).toEqual([]);
  // One a line: src/steps/update/ask-first.
  expect(command.filter((word) => word === '' || word.includes('\n'))).toEqual([]);
});

test.each<[string, () => void, string?]>([
  ['it is not on the web', () => {}, 'file:/srv/apt/./InRelease'],
  ['its address would end the quotes', () => {}, 'http://x/"\\n'],
  ['its address has a backslash', () => {}, 'http://x/\\'],
  ['it gives no validator', () => serve(index, '')],
  ['its validator has control characters', () => serve(index, '"\u0007"')],
  ['its validator is very long', () => serve(index, `"${'a'.repeat(1000)}"`)],
  ['it has changed since the package manager read it', () => serve('another', '"a2"')],
  ['it is empty', () => program('curl', 'cat >/dev/null; echo \'"a1"\'; echo')],
  ['it does not answer', () => program('curl', 'exit 7')],
  ['systemd does not start it', () => program('systemd-run', 'exit 1')],
  ['there is no curl', () => vi.stubEnv('PATH', `${work}/none`)],
])('a repository is not asked on condition if %s', async (_, change, at = address) => {
  change();
  expect(await requestsOf([{ address: at, digest }])).toBeUndefined();
});

test('if apt cannot name its indexes, they are not known, instead of none', async () => {
  program('apt-get', '[ "$1" = --print-uris ] && exit 100 || exit 0');
  const plan = apt.plan({ install: ['postfix'], files: [], remove: [], repositories: [], keys: [] });
  const printed = plan.slice(plan.indexOf('{ apt-get --print-uris'));
  const { stdout } = await run('sh', ['-euc', printed]);
  const indexes = indexesIn(stdout, apt.indexLine ?? /$/g);
  expect(indexes).toEqual([{ address: 'unknown/InRelease', digest: 'none' }]);
  expect(await requestsOf(indexes)).toBeUndefined();
});

test('indexes are found in the output of apt', () => {
  const output = `Inst postfix (3.9 site [amd64])\nIndex: '${address}' ${digest}\nIndex: 'file:/srv/./InRelease' none\n`;
  expect(indexesIn(output, apt.indexLine ?? /$/g)).toEqual([
    { address, digest },
    { address: 'file:/srv/./InRelease', digest: 'none' },
  ]);
  expect(output.match(apt.planLine)).toHaveLength(1);
});
