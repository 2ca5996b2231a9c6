// Mirror files, which refs a mirror has, what is too old, and what people read about it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { readMirror } from '../../src/config/mirror.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { hasFailed } from '../../src/guestctl/mirrors.ts';
import { plain } from '../../src/guestctl/screen.ts';
import { mirrorsText } from '../../src/guestctl/screens/mirrors.ts';
import { checksumFrom } from '../../src/ostree/names.ts';
import { plainVersion } from '../../src/ostree/plain-version.ts';
import { imageVersion } from '../../src/ostree/repository.ts';
import { writePublished } from '../../src/state/published.ts';
import { exportMirror } from '../../src/steps/mirror/export.ts';
import { staleRefs, staleWords } from '../../src/steps/mirror/freshness.ts';
import { missingRepository } from '../../src/steps/mirror/upstream.ts';
import { tellsRefs, wantedRefs } from '../../src/steps/mirror/wanted-refs.ts';
import { failing, neverRun, running } from './mirror-overviews.ts';
import { mirrorOf } from './read.ts';

const file = '/etc/ostree-guests/site.mirror';
const read = (text: string, name = 'site') =>
  readMirror(name, file, [{ kind: 'mirror', file, text }], () => 'host');
const needed = 'URL=https://ostree.example.org\nRef=debian/12\nRepository=/srv/mirror\n';

test('an upstream in a directory, such as a stick, is missed if no repository is there', () => {
  const stick = mkdtempSync(`${tmpdir()}/stick-`);
  onTestFinished(() => rmSync(stick, { recursive: true }));
  expect(missingRepository(`file://${stick}`)).toBe(stick);
  writeFileSync(`${stick}/config`, '');
  expect(missingRepository(`file://${stick}`)).toBeUndefined();
  expect(missingRepository('https://ostree.example.org/none')).toBeUndefined();
  expect(missingRepository('mirrorlist=file:///none')).toBeUndefined();
});

test('a mirror is not exported into a repository that clients pull from', async () => {
  const repository = mkdtempSync(`${tmpdir()}/mirror-`);
  onTestFinished(() => rmSync(repository, { recursive: true }));
  const mirror = mirrorOf(`[Mirror]\n${needed.replace('/srv/mirror', repository)}`);
  const checksum = checksumFrom('a'.repeat(64));
  writePublished(repository, 'debian', { commits: [{ checksum, since: 0 }] });
  mkdirSync(`${repository}/refs/heads`, { recursive: true });
  writeFileSync(`${repository}/refs/heads/debian`, checksum);
  const report = { step: () => {}, progress: () => {}, warn: () => {} };
  await expect(exportMirror(mirror, repository, report)).rejects.toThrow(
    `${repository} is a repository that a build or a mirror offers to clients`,
  );
});

test('a mirror file has defaults', () => {
  expect(read(`[Mirror]\n${needed}`)).toMatchObject({
    mirror: {
      description: 'Mirror site',
      repository: '/srv/mirror',
      remote: { url: 'https://ostree.example.org', gpgVerify: false, signVerify: false },
      refs: ['debian/12'],
      deltas: 2,
      keep: 3,
      freshness: undefined,
    },
  });
  const keys = 'Ref=a/*\nGPGKeyPath=/etc/site.asc\nEd25519KeyPath=/etc/site.pub\nFreshnessSec=8d\nKeep=1\n';
  expect(read(`[Mirror]\n${needed}${keys}`)).toMatchObject({
    mirror: {
      remote: { gpgVerify: true, gpgKeyPath: '/etc/site.asc', signVerify: true },
      refs: ['debian/12', 'a/*'],
      keep: 1,
      freshness: 8 * 86_400_000,
    },
  });
});

test.each([
  [
    '',
    '1:1: Repository= is missing in [Mirror]. Say which directory clients pull from, such as: Repository=/srv/mirror',
  ],
  [`[Mirror]\n${needed}Ref=a b\n`, "5:5: 'a b' is not right for Ref=. Expected a ref such as debian/12"],
  [`[Mirror]\n${needed}Ref=-x\n`, "5:5: '-x' is not right for Ref=. Expected a ref such as debian/12"],
  [`[Mirror]\n${needed}Keep=0\n`, "5:6: '0' is not right for Keep=. Expected a whole number from 1"],
  [`[Mirror]\n${needed}GPGVerify=yes\n`, '5:11: GPGVerify= is on, but there is no key to verify with'],
  [`[Mirror]\n${needed}TLSClientCertPath=/a\n`, '5:19: TLSClientCertPath= needs TLSClientKeyPath='],
  [`[Mirror]\n${needed}Fresh=1d\n`, "5:1: [Mirror] has no key 'Fresh'"],
  [`[Mirror]\n${needed}[Guest]\nRef=a\n`, '5:1: There is no section [Guest]'],
  [`[Mirror]\n${needed}[Service]\nRestart=no\n`, "6:1: [Service] has no key 'Restart'"],
])('mistakes of %j', (text, expected) => {
  const checked = read(text);
  const problems = 'broken' in checked ? checked.broken.problems.map(formatProblem) : [];
  expect(problems.join('\n')).toContain(`${file}:${expected}`);
});

test('the name of a mirror', () => {
  const checked = read(`[Mirror]\n${needed}`, 'Site');
  expect('broken' in checked && checked.broken.problems[0]?.message).toBe(
    "'Site' is not the name of a mirror",
  );
});

const upstream = [
  'debian/12/server',
  'debian/13/server',
  'debian/13/desktop',
  'x.y',
  'xzy',
  '-option',
  'a/../b',
];
test.each([
  ['a name, whether it is listed or not', 'debian/12/server other', 'debian/12/server other', ''],
  ['a pattern', 'debian/*/server', 'debian/12/server debian/13/server', ''],
  ['no slash in what * and ? stand for', '* debian?12?server', 'x.y xzy', 'debian?12?server'],
  ['a dot stands for itself', 'x.?', 'x.y', ''],
  ['one ref by two entries', 'debian/1?/desktop debian/13/desktop', 'debian/13/desktop', ''],
  ['a pattern that nothing matches', 'fedora/*', '', 'fedora/*'],
  [
    'names that would be options or paths',
    '-* */*/*',
    'debian/12/server debian/13/desktop debian/13/server',
    '-*',
  ],
])('refs: %s', (_, entries, refs, unmatched) => {
  const wanted = wantedRefs(entries.split(' '), upstream);
  expect([wanted.refs.join(' '), wanted.unmatched.join(' ')]).toEqual([refs, unmatched]);
});

test.each<[entries: string[], listed: string[] | undefined, tells: boolean]>([
  [['debian/*'], ['debian/12'], true],
  [['debian/*'], [], false],
  [['debian/12', 'debian/*'], [], false],
  [['debian/12'], [], true],
  [['debian/12'], undefined, true],
])('what %j stands for, in a summary with %j', (entries, listed, tells) => {
  expect(tellsRefs(entries, listed)).toBe(tells);
});

test('refs of an upstream that are too long for a file, or to be matched in time', () => {
  const long = '-'.repeat(100_000);
  const found = wantedRefs(['a*-*-*-*x'], [`a${long}`, `a--${'-'.repeat(300)}x`, 'a---x']);
  expect(found).toEqual({ refs: ['a---x'], unmatched: [] });
});

test.each([
  ['12.2', '12.2'],
  ['12\n13', undefined],
  ['x'.repeat(201), undefined],
  [undefined, undefined],
])('the version %j of a commit is kept as %j', (version, kept) => {
  expect(plainVersion(version)).toBe(kept);
});

const day = 86_400_000;
const now = 100 * day;
test.each([
  ['fresh', { made: 95 * day, since: 96 * day }, 7 * day, undefined],
  ['as old as is allowed', { made: 93 * day, since: 94 * day }, 7 * day, undefined],
  ['frozen', { made: 90 * day, since: 91 * day }, 7 * day, 'a has had nothing new for 10 days'],
  [
    'frozen when it was fetched first',
    { made: 90 * day, since: now },
    7 * day,
    'a has had nothing new for 10 days',
  ],
  ['made in the future', { made: 200 * day, since: 91 * day }, 7 * day, 'a has had nothing new for 9 days'],
  ['no time in the record', { since: 91 * day }, 7 * day, 'a has had nothing new for 9 days'],
  ['hours', { made: now - day, since: now }, day / 2, 'a has had nothing new for 24 hours'],
  ['minutes', { made: now - 90 * 60_000, since: now }, 1000, 'a has had nothing new for 90 minutes'],
  ['no limit', { made: 0, since: 0 }, undefined, undefined],
])('freshness: %s', (_, times, freshness, words) => {
  const commit = { checksum: checksumFrom('a'.repeat(64)), ...times };
  expect(staleRefs([{ ref: 'a', commits: [commit] }], freshness, now).map(staleWords)[0]).toBe(words);
  expect(staleRefs([{ ref: 'a', commits: [] }], freshness, now)).toEqual([]);
});

test('an upstream that went back on purpose has had something new: what it withdrew', () => {
  const of = (letter: string) => ({ checksum: checksumFrom(letter.repeat(64)) });
  const stale = (offered: { since?: number }) => {
    const commits = [
      { ...of('b'), made: 98 * day, ...offered },
      { ...of('a'), made: 50 * day, since: now },
    ];
    return staleRefs([{ ref: 'a', commits }], 7 * day, now).map(staleWords);
  };
  expect(stale({ since: 98 * day })).toEqual([]);
  // One that was announced, and that clients never got, is no update.
  expect(stale({})).toEqual(['a has had nothing new for 50 days']);
});

test('guestctl mirrors', () => {
  expect(mirrorsText([failing, running, neverRun], plain)).toBe(
    `MIRROR  REF        COMMIT             SINCE             LAST RUN          NOTES
debian  debian/12  12.3 bbbbbbbbbbbb  2026-11-14 04:00  2026-11-24 04:00  failed: cannot fetch debian/13; debian/12 has had nothing new for 10 days
debian  debian/13  bbbbbbbbbbbb       2026-11-24 04:00  2026-11-24 04:00  -
debian  debian/9   bbbbbbbbbbbb       2026-11-14 04:00  2026-11-24 04:00  removed after 2026-11-24 04:00: no longer mirrored
fedora  -          -                  -                 ?                 running
new     -          -                  -                 -                 -`,
  );
});

test('guestctl mirrors --failed: its last run failed, or a ref has had nothing new for too long', () => {
  const stale = { ...failing, result: neverRun.result };
  expect([failing, stale, running, neverRun].map(hasFailed)).toEqual([true, true, false, false]);
});

test.each([
  ['{"config":{"Labels":{"org.opencontainers.image.version":"9.1"}}}', '9.1'],
  ['{"config":{"Labels":{"version":9}}}', undefined],
  ['[1', undefined],
])('the version in the configuration of an image that a commit says it was: %s', (configuration, version) => {
  expect(imageVersion(configuration)).toBe(version);
});
