// `guestctl apply`: what it reads, and what it decides.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadAll } from '../../src/config/load.ts';
import { readDeclarations } from '../../src/guestctl/apply/input.ts';
import {
  actionsFor,
  affected,
  type BeforeRestart,
  changedBuilds,
  fileChanges,
  restartFor,
} from '../../src/guestctl/apply/plan.ts';
import { appliedText } from '../../src/guestctl/screens/applied.ts';
import { commit, named } from './names.ts';

const directory = mkdtempSync(`${tmpdir()}/apply-`);
afterAll(() => rmSync(directory, { recursive: true }));

const fromStream = (text: string) => Object.fromEntries(readDeclarations('-', () => text));
const nothing = () => '';

describe('input', () => {
  test.each([
    [
      '# FileName=mail.guest\n[Guest]\n# web.guest\n# FileName = x\n --- \n',
      { 'mail.guest': '[Guest]\n# web.guest\n# FileName = x\n --- \n' },
    ],
    [
      '# FileName=mail.guest\n[Guest]\n\n---\n# FileName=mail.guest.d/10-x.conf\n[Exec]\n',
      { 'mail.guest': '[Guest]\n\n', 'mail.guest.d/10-x.conf': '[Exec]\n' },
    ],
    ['# FileName=a.build\n---\n# FileName=b.guest', { 'a.build': '', 'b.guest': '' }],
  ])('a stream: %j', (text, files) => {
    expect(fromStream(text)).toEqual(files);
  });

  test.each([
    ['[Guest]\n', /Line 1 of the input must be the name of a file/],
    ['', /Line 1 of the input must be/],
    ['\n# FileName=a.guest\n', /Line 1 of the input must be/],
    ['# mail.guest\n[Guest]\n', /Line 1 of the input must be/],
    ['# FileName=a.guest\r\n', /Line 1 of the input must be/],
    ['# FileName=a.guest\n---\n[Guest]\n', /Line 3 of the input must be/],
    ['# FileName=a.guest\n---\n', /ends with ---/],
    ['# FileName=a.guest\n[Guest]\n# FileName=b.guest\n', /Line 3 of the input begins another file/],
    ['# FileName=a.guest\n---\n# FileName=a.guest\n', /Line 3 of the input: a\.guest is given twice/],
    ['# FileName=Mail.guest\n', /Mail\.guest is neither/],
    ['# FileName=x.conf\n', /x\.conf is neither/],
    ['# FileName=..guest\n', /neither/],
    ['# FileName=/etc/ostree-guests/a.guest\n', /neither/],
    ['# FileName=../a.guest\n', /neither/],
  ])('a stream is refused: %j', (text, reason) => {
    expect(() => fromStream(text)).toThrow(reason);
  });

  test('a directory is read without other files, and a single file must be a declaration', () => {
    mkdirSync(`${directory}/mail.guest.d`);
    for (const file of [
      'mail.guest',
      'a.build',
      'README',
      '.x.guest',
      'mail.guest.d/a.conf',
      'mail.guest.d/b',
    ])
      writeFileSync(`${directory}/${file}`, file);
    expect([...readDeclarations(directory, nothing).keys()]).toEqual([
      'a.build',
      'mail.guest',
      'mail.guest.d/a.conf',
    ]);
    expect([...readDeclarations(`${directory}/mail.guest`, nothing)]).toEqual([['mail.guest', 'mail.guest']]);
    expect(() => readDeclarations(`${directory}/README`, nothing)).toThrow(/README is neither/);
    expect(() => readDeclarations(`${directory}/missing.guest`, nothing)).toThrow(/There is no file/);
    mkdirSync(`${directory}/directory.guest`);
    expect(() => readDeclarations(directory, nothing)).toThrow(
      `${directory}/directory.guest cannot be read: it is not a text file`,
    );
  });
});

const etc = '/etc/ostree-guests';
const files = new Map([
  [`${etc}/mail.guest`, '[Guest]\nRef=site:x\n'],
  [`${etc}/web.guest`, '[Guest]\nBuild=debian\n'],
  [`${etc}/debian.build`, '[Build]\nCommand=/bin/true\n'],
  [`${etc}/fedora.build`, '[Build]\nCommand=/bin/true\n'],
]);
const reader = {
  list: (path: string) => (path === etc ? [...files.keys()].map((file) => basename(file)) : []),
  read: (path: string) => files.get(path),
};

const declared = loadAll(reader);

test('files are compared with those in place', () => {
  const given = new Map([
    ['mail.guest', '[Guest]\nRef=site:x\n'],
    ['web.guest', ''],
    ['wiki.guest', ''],
  ]);
  expect(fileChanges(given, reader).map(({ change }) => change)).toEqual(['unchanged', 'changed', 'created']);
});

test.each([
  [['mail.guest'], ['mail']],
  [['mail.guest.d/x.conf'], ['mail']],
  [['mail.build'], []],
  [['guest.d/x.conf'], ['mail', 'web']],
])('%j is about %j', (names, guests) => {
  expect(affected(names, declared).guests.map(({ name }) => name)).toEqual(guests);
});

test.each([
  [['mail.guest'], []],
  [['debian.build'], ['debian']],
  [['debian.build.d/x.conf', 'debian.build'], ['debian']],
  [['build.d/x.conf'], ['debian', 'fedora']],
])('a change of %j asks for trees of %j again', (names, builds) => {
  const changes = fileChanges(new Map(names.map((name) => [name, '# changed\n'])), reader);
  expect(changedBuilds(changes, declared)).toEqual(builds);
  const same = changes.map((change) => ({ ...change, change: 'unchanged' }) as const);
  expect(changedBuilds(same, declared)).toEqual([]);
});

const calm = { isCreated: true, isRunning: true, needsUpdate: false, needsRestart: false };

test.each([
  ['follows its file', {}, []],
  ['is new', { isCreated: false, isRunning: false, needsUpdate: true }, ['create']],
  ['has another tree', { needsUpdate: true }, ['update', 'restart']],
  ['has other options', { needsRestart: true }, ['restart']],
  ['is stopped', { isRunning: false, needsUpdate: true, needsRestart: true }, ['update']],
])('a guest that %s', (_, state, actions) => {
  expect(actionsFor({ ...calm, ...state })).toEqual(actions);
});

const [ran, fresh] = ['a', 'b'].map((name) => ({
  name: named(name),
  checksum: commit(name),
  path: `/${name}`,
}));
const list = [ran, fresh].filter((one) => one !== undefined);
const update = { checksum: commit('c'), refspec: 'site:x', time: 0 };
const back = { deployment: named('b'), var: false, time: 0 };
const settled: BeforeRestart = {
  deployments: list,
  booted: '/a',
  staged: undefined,
  rollback: undefined,
  isHeld: false,
  hasNewOptions: false,
};

test.each<[title: string, state: Partial<BeforeRestart>, how: ReturnType<typeof restartFor>]>([
  ['has nothing new', {}, 'leave'],
  ['has new options', { hasNewOptions: true }, 'restart'],
  ['has an update', { staged: update }, 'switch'],
  ['has an update and new options', { staged: update, hasNewOptions: true }, 'switch'],
  ['has an update that is held back', { staged: update, isHeld: true }, 'leave'],
  ['has a held update and new options', { staged: update, isHeld: true, hasNewOptions: true }, 'restart'],
  ['does not run its default deployment', { booted: '/b' }, 'switch'],
  // A switch would apply the update, too.
  ['does not, and has a held update', { booted: '/b', staged: update, isHeld: true }, 'restart'],
  ['is to go back', { rollback: back }, 'switch'],
  ['is to go back, and has a held update', { rollback: back, staged: update, isHeld: true }, 'switch'],
])('a running guest that %s', (_, state, how) => {
  expect(restartFor({ ...settled, ...state })).toBe(how);
});

test('it says what was done, or with --dry-run what would be done', () => {
  const path = `${etc}/mail.guest`;
  const unchanged = { path, text: '', change: 'unchanged' } as const;
  const created = { path, text: '', change: 'created' } as const;
  const guest = { name: 'mail', actions: ['update', 'restart'], failure: undefined } as const;
  expect(
    appliedText({ files: [unchanged], reloads: false, guests: [{ ...guest, actions: [] }] }, false),
  ).toBe('unchanged');
  expect(appliedText({ files: [unchanged], reloads: true, guests: [] }, true)).toBe(
    'units: would be reloaded',
  );
  expect(appliedText({ files: [created], reloads: true, guests: [guest] }, true)).toBe(
    `${path}: would be created\nmail: would update and restart`,
  );
  expect(appliedText({ files: [created], reloads: true, guests: [guest] }, false)).toBe(
    `${path}: created\nmail: updated and restarted`,
  );
});
