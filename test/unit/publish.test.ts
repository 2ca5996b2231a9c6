// What is done with the commits of a published ref, and what people read about them.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { hasFailed, isUnpublished } from '../../src/guestctl/builds.ts';
import { plain } from '../../src/guestctl/screen.ts';
import { buildsText } from '../../src/guestctl/screens/builds.ts';
import { takenRef, wrongEd25519Key } from '../../src/guestctl/verify/publication-on-host.ts';
import { type Checksum, checksumFrom } from '../../src/ostree/names.ts';
import type { Published, PublishedCommit } from '../../src/state/published.ts';
import {
  announced,
  deltaBases,
  droppedSince,
  grace,
  offered,
  removalOf,
  withCurrent,
} from '../../src/steps/offer/commit-history.ts';
import { hiddenBuild, publishing, unpublished } from './build-overviews.ts';

/** A commit of one letter. */
const commit = (letter: string): Checksum => checksumFrom(letter.repeat(64));
const now = 100 * grace;

/** `a1 b3 c-`: a was published on day 1, b on day 3, c never. */
const record = (text: string): PublishedCommit[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const [letter = '', day] = [word.slice(0, 1), word.slice(1)];
      return { checksum: commit(letter), ...(day !== '-' && { since: Number(day) * grace }) };
    });
const letters = (commits: readonly Checksum[]) => commits.map((one) => one.slice(0, 1)).join('');
const shown = (commits: readonly PublishedCommit[]) =>
  commits
    .map(({ checksum, since }) => checksum.slice(0, 1) + (since === undefined ? '-' : since / grace))
    .join(' ');

test.each([
  ['the first run', '', undefined, ''],
  ['nothing happened since', 'a1 b2', 'b', 'a1 b2'],
  ['killed after the ref was moved', 'a1 b-', 'b', 'a1 b100'],
  ['killed before', 'a1 b-', 'a', 'a1 b-'],
  ['the record was lost', '', 'a', 'a100'],
  ['somebody moved the ref', 'a1', 'c', 'a1 c100'],
] as const)('the record is completed: %s', (_, before, current, after) => {
  expect(shown(withCurrent(record(before), current && commit(current), now))).toBe(after);
});

test('a commit is recorded before it arrives, and its time when clients are offered it', () => {
  const coming = announced(record('a1'), record('b- c-'));
  expect(shown(coming)).toBe('a1 b- c-');
  expect(shown(announced(coming, record('c-')))).toBe('a1 b- c-');
  expect(shown(offered(coming, { checksum: commit('c') }, now))).toBe('a1 b- c100');
  expect(shown(offered(record('a1 b2'), { checksum: commit('a') }, now))).toBe('b2 a100');
});

test.each([
  ['a1 b2 c3 d-', 2, 'cb'],
  ['a1 b2 c3 d-', 9, 'cba'],
  ['a1 b2 d3', 2, 'ba'],
  ['a1', 0, ''],
  ['b-', 2, ''],
] as const)('of %s, %i deltas are made to d from %s', (commits, count, bases) => {
  expect(letters(deltaBases(record(commits), commit('d'), count))).toBe(bases);
});

test.each([
  ['a1', 1, '', ''],
  ['a1 b2 c3', 3, '', ''],
  ['a1 b2 c3', 2, '', 'a'],
  ['a1 b2 c3', 1, '', 'ab'],
  // The one after a was published less than a day ago: clients may still be pulling a.
  ['a1 b99.5', 1, '', ''],
  ['a1 b98 c99.5', 1, '', 'a'],
  ['a1 b99', 1, '', 'a'],
  // The clock was ahead: wait.
  ['a1 b101', 1, '', ''],
  // What a killed run left goes at once: nobody was offered it.
  ['a1 b- c3', 2, 'b', ''],
  ['a-', 1, 'a', ''],
] as const)(
  'of %s, keeping %i, leftovers "%s" and outdated "%s" go',
  (commits, keep, leftovers, outdated) => {
    const removal = removalOf({ commits: record(commits) }, keep, now);
    expect([letters(removal.leftovers), letters(removal.outdated)]).toEqual([leftovers, outdated]);
  },
);

test.each([
  ['just dropped', 'a1 b2', 100, 'a'],
  ['still to be found', 'a1 b2', 70.1, 'a'],
  ['no longer to be found, but clients may be pulling it', 'a1 b2', 69.5, 'a'],
  ['gone', 'a1 b2', 69, 'ab'],
  // The clock was ahead: wait.
  ['of the future', 'a1 b99.5', 200, ''],
])('a dropped ref, %s', (_, commits, dropped, outdated) => {
  const removal = removalOf({ commits: record(commits), dropped: dropped * grace }, 1, now);
  expect(letters(removal.outdated)).toBe(outdated);
});

test.each([
  ['found for the first time', {}, 100, 100],
  ['found daily', { dropped: 90 * grace, missed: 99 * grace }, 100, 90],
  ['of an older record', { dropped: 97 * grace }, 100, 97],
  [
    'when the clock has jumped by 300 days, a week later',
    { dropped: 90 * grace, missed: 99 * grace },
    399,
    383,
  ],
  ['after a month without a run, a week later', { dropped: 70 * grace, missed: 70 * grace }, 100, 93],
  ['when the clock goes back, no later', { dropped: 90 * grace, missed: 99 * grace }, 50, 41],
])('a ref that is dropped, %s', (_, known, today, since) => {
  expect(droppedSince(known, today * grace) / grace).toBe(since);
});

test.each<[string, Published, Checksum | undefined, boolean]>([
  ['nothing was made', { commits: [] }, undefined, false],
  ['nothing was published yet', { commits: [] }, commit('a'), true],
  ['a killed run left a commit', { commits: record('b-'), built: commit('b') }, commit('b'), true],
  ['it was published', { commits: record('b1'), built: commit('a') }, commit('a'), false],
  ['something newer was made', { commits: record('b1'), built: commit('a') }, commit('c'), true],
  ['an older version published it', { commits: record('b1') }, commit('a'), false],
])('what a build has made is not published, or is: %s', (_, published, checksum, expected) => {
  expect(isUnpublished(published, { checksum })).toBe(expected);
});

test('guestctl builds', () => {
  expect(buildsText([publishing, unpublished, hiddenBuild], plain)).toBe(
    `BUILD   LAST RUN          RESULT                       PUBLISHED                   AS
debian  2026-11-24 04:00  not published: aaaaaaaaaaaa  20261124.0400 bbbbbbbbbbbb  site/debian in /srv/ostree
fedora  2026-11-24 04:00  failed: dnf failed           -                           -
new     ?                 running                      nothing yet                 site/new in /srv/ostree`,
  );
});

test('guestctl builds fits 80 columns, and still says that a tree was not published', () => {
  const lines = buildsText([publishing, unpublished, hiddenBuild], { ...plain, width: 80 }).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines[1]).toContain('not publish');
});

test('guestctl builds --failed: its last run failed, or that of its publication', () => {
  expect([publishing, unpublished, hiddenBuild].map(hasFailed)).toEqual([true, true, false]);
});

test('two builds with one ref in one repository', () => {
  const { build } = publishing;
  if (!build.publication) throw new Error('it publishes');
  expect(takenRef('debian', build.publication, [build])).toBeUndefined();
  expect(takenRef('other', build.publication, [unpublished.build, build])?.message).toBe(
    '/etc/ostree-guests/debian.build publishes under this ref, too, in the same repository',
  );
});

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const publicPem = publicKey.export({ format: 'pem', type: 'spki' }).toString();

test.each([
  ['is right', pem, 0o600, undefined],
  ['is the public one', publicPem, 0o600, 'has no private ed25519 key'],
  ['is too large', pem + ' '.repeat(1 << 20), 0o600, 'has no private ed25519 key'],
  ['others can read', pem, 0o644, 'Others can read the private key'],
])('verify reads a private key that %s', (_, text, mode, message) => {
  const directory = mkdtempSync(`${tmpdir()}/key-`);
  const ed25519Key = `${directory}/site.pem`;
  writeFileSync(ed25519Key, text, { mode });
  const wrong = wrongEd25519Key({ ed25519Key });
  rmSync(directory, { recursive: true });
  if (message === undefined) expect(wrong).toBeUndefined();
  else expect(wrong?.message).toContain(message);
});

test('a private key that is missing, or not declared', () => {
  expect(wrongEd25519Key({ ed25519Key: undefined })).toBeUndefined();
  expect(wrongEd25519Key({ ed25519Key: '/nowhere/site.pem' })?.remedy).toContain('openssl genpkey');
});
