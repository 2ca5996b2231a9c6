// What is asked of repositories of packages, by a curl(1) that the cases choose.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { sha256 } from '../../src/host/digest.ts';
import { run } from '../../src/host/process.ts';
import { apt } from '../../src/trees/packages/apt.ts';
import { indexesIn, requestsFor } from '../../src/trees/packages/indexes.ts';

const work = mkdtempSync(join(tmpdir(), 'indexes-'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(work, { recursive: true });
});

const address = 'http://apt.example.org/debian/dists/trixie/InRelease';
const index = 'Suite: trixie\nValid-Until: Sat, 05 Dec 2026 08:00:00 UTC\n';
const digest = sha256(index);

/** A curl that gets this index from any address, with these validators. */
function serve(content: string, etag: string, modified = ''): void {
  writeFileSync(`${work}/content`, content);
  const write = `cp ${work}/content "$(sed -n 's/^output = "\\(.*\\)"/\\1/p' ${work}/asked)"`;
  const script = `#!/bin/sh\ncat >${work}/asked; ${write}; printf '%s\\n' '${etag}' '${modified}'\n`;
  writeFileSync(`${work}/bin/curl`, script);
  chmodSync(`${work}/bin/curl`, 0o755);
}

beforeEach(() => {
  mkdirSync(`${work}/bin`, { recursive: true });
  vi.stubEnv('PATH', `${work}/bin:/usr/bin:/bin`);
  vi.stubEnv('TMPDIR', '/tmp');
  serve(index, '"a1"');
});

const always = 'globoff\nproto = "=http,https"\nmax-time = 60\nmax-filesize = 8388608\nsilent\n';
const asks = 'output = "/dev/null"\nwrite-out = "%{response_code},"\n';

test('each index is asked for on condition that it has changed, until the first one expires', async () => {
  const other = { address: `${address}2`, digest };
  const requests = await requestsFor([{ address, digest }, other]);
  const request = (url: string) => `url = "${url}"\n${always}header = "If-None-Match: \\"a1\\""\n${asks}`;
  expect(requests).toEqual({
    config: `${request(address)}next\n${request(other.address)}`,
    unchanged: '304,304,',
    until: Date.UTC(2026, 11, 5, 8) / 1000,
  });
  expect(readFileSync(`${work}/asked`, 'utf8')).toContain(`url = "${other.address}"\n${always}fail\n`);
});

test('the time counts if there is no ETag; an index may never expire, or at a date that nobody can read', async () => {
  serve('Suite: x\n', '', 'Fri, 27 Nov 2026 08:00:00 GMT');
  const plain = await requestsFor([{ address, digest: sha256('Suite: x\n') }]);
  expect(plain?.config).toContain('header = "If-Modified-Since: Fri, 27 Nov 2026 08:00:00 GMT"\n');
  expect(plain?.until).toBeUndefined();
  serve('Valid-Until: soon\n', '"a1"');
  expect((await requestsFor([{ address, digest: sha256('Valid-Until: soon\n') }]))?.until).toBe(0);
});

test('without repositories there is nothing to ask', async () => {
  expect(await requestsFor([])).toEqual({ config: '', unchanged: '', until: undefined });
});

test('a tree that names too many repositories is not asked on condition', async () => {
  expect(await requestsFor(Array.from({ length: 101 }, () => ({ address, digest })))).toBeUndefined();
});

test('what the server sends without end is cut off', async () => {
  const file = `"$(sed -n 's/^output = "\\(.*\\)"/\\1/p')"`;
  writeFileSync(`${work}/bin/curl`, `#!/bin/sh\nhead -c "$SENT" /dev/zero >${file}; echo '"a1"'\n`);
  const sent = async (bytes: number) => {
    vi.stubEnv('SENT', String(bytes));
    return requestsFor([{ address, digest: sha256(Buffer.alloc(bytes)) }]);
  };
  expect(await sent(8 << 20)).toBeDefined();
  expect(await sent((8 << 20) + 1)).toBeUndefined();
});

test.each<[string, () => void, string?]>([
  ['it is not on the web', () => {}, 'file:/srv/apt/./InRelease'],
  ['its address would end the quotes', () => {}, 'http://x/"\\n'],
  ['its address has a backslash', () => {}, 'http://x/\\'],
  ['it gives no validator', () => serve(index, '')],
  ['its validator has control characters', () => serve(index, '"\u0007"')],
  ['its validator is very long', () => serve(index, `"${'a'.repeat(1000)}"`)],
  ['it has changed since the package manager read it', () => serve('another', '"a2"')],
  ['it is empty', () => writeFileSync(`${work}/bin/curl`, '#!/bin/sh\necho \'"a1"\'\n')],
  ['it does not answer', () => writeFileSync(`${work}/bin/curl`, '#!/bin/sh\nexit 7\n')],
  ['there is no room for it', () => vi.stubEnv('TMPDIR', `${work}/none`)],
  ['there is no curl', () => vi.stubEnv('PATH', `${work}/none`)],
])('a repository is not asked on condition if %s', async (_, change, at = address) => {
  change();
  expect(await requestsFor([{ address: at, digest }])).toBeUndefined();
});

test('if apt cannot name its indexes, they are not known, instead of none', async () => {
  writeFileSync(`${work}/bin/apt-get`, '#!/bin/sh\n[ "$1" = --print-uris ] && exit 100 || exit 0\n');
  chmodSync(`${work}/bin/apt-get`, 0o755);
  const plan = apt.plan({ install: ['postfix'], files: [], remove: [], repositories: [], keys: [] });
  const printed = plan.slice(plan.indexOf('{ apt-get --print-uris'));
  const { stdout } = await run('sh', ['-euc', printed]);
  const indexes = indexesIn(stdout, apt.indexLine ?? /$/g);
  expect(indexes).toEqual([{ address: 'unknown/InRelease', digest: 'none' }]);
  expect(await requestsFor(indexes)).toBeUndefined();
});

test('indexes are found in the output of apt', () => {
  const output = `Inst postfix (3.9 site [amd64])\nIndex: '${address}' ${digest}\nIndex: 'file:/srv/./InRelease' none\n`;
  expect(indexesIn(output, apt.indexLine ?? /$/g)).toEqual([
    { address, digest },
    { address: 'file:/srv/./InRelease', digest: 'none' },
  ]);
  expect(output.match(apt.planLine)).toHaveLength(1);
});
