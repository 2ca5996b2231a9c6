// What people read about build files, what is made of right ones, and what is said of a command that failed.
import { expect, test } from 'vitest';
import { type Build, filesOf, readBuild } from '../../src/config/build.ts';
import { loadAll, loadBuildFile } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { vocabularyOf } from '../../src/config/vocabulary.ts';
import { lastWords } from '../../src/steps/build/run-build.ts';
import { definitionOf } from '../../src/trees/build/result.ts';
import { complaints, guestOf, hostname } from './read.ts';

const file = '/etc/ostree-guests/debian.build';
const read = (text: string, name = 'debian') =>
  readBuild(name, file, [{ kind: 'build', file, text }], () => hostname);

function wrong(text: string, name?: string): string[] {
  const checked = read(text, name);
  return 'broken' in checked ? checked.broken.problems.map(formatProblem) : [];
}

function buildOf(text: string): Build {
  const checked = read(text);
  if ('broken' in checked) throw new Error(checked.broken.problems.map(formatProblem).join('\n'));
  return checked.build;
}

const good = '[Build]\nCommand=mmdebstrap trixie root\n';
const noCommand = `${file}:1:1: Command= is missing in [Build]. Say how the tree is made, such as: Command=mmdebstrap --variant=minbase trixie root`;

test.each([
  ['', [noCommand]],
  ['[Build]\nCommand=\n', [noCommand]],
  ['[Build]\nComand=x', [`${file}:2:1: [Build] has no key 'Comand'. Did you mean Command?`, noCommand]],
  [
    `${good}[Guest]\nRef=site:x`,
    [
      `${file}:3:1: There is no section [Guest]. Known: [Build], [Publish], [Remote], [Packages], [Exec], [Files], [Unit], [Service]`,
    ],
  ],
  [`${good}[Files]\nBind=/srv`, [`${file}:4:1: [Files] has no key 'Bind'. Known: BindReadOnly`]],
  [
    `${good}[Service]\nRestart=always`,
    [`${file}:4:1: [Service] has no key 'Restart'. See ostree-guests.build(5)`],
  ],
  [
    `${good}Treefile=./a.yaml`,
    [
      `${file}:3:10: Command= and Treefile= exclude each other: a tree is made in one way. Remove one of them`,
    ],
  ],
  [
    '[Build]\nTreefile=a.yaml',
    [`${file}:2:10: 'a.yaml' is not right for Treefile=. Expected a file that starts with ./ or /`],
  ],
  ["[Build]\nCommand=sh -c 'x", [`${file}:2:15: This quote is not closed: 'x`]],
  [
    '[Build]\nCommand=x %i',
    [
      `${file}:2:11: '%i' in Command= is not a specifier. Known: %n, the name of the build; %H, the hostname of the host; and %% for a %`,
    ],
  ],
  [
    `${good}MaxAgeSec=infinity`,
    [`${file}:3:11: 'infinity' is not right for MaxAgeSec=. Something must have an end here`],
  ],
  [
    `${good}[Publish]\nRepository=srv\nRef=a//b\nGPGKey=key\nDeltas=many\nKeep=0`,
    [
      `${file}:4:12: 'srv' is not right for Repository=. Expected an absolute path of letters, digits and '._+@/-', without '..'`,
      `${file}:5:5: 'a//b' is not right for Ref=. Expected a ref, such as site/debian`,
      `${file}:6:8: 'key' is not right for GPGKey=. Expected an absolute path of letters, digits and '._+@/-', without '..'`,
      `${file}:7:8: 'many' is not right for Deltas=. Expected a whole number from 0`,
      `${file}:8:6: '0' is not right for Keep=. Expected a whole number from 1`,
    ],
  ],
  [
    `${good}[Publish]\nSummary=yes`,
    [
      `${file}:4:9: Repository= is missing in [Publish]. Say which directory clients pull from, such as: Repository=/srv/ostree`,
      `${file}:4:9: Ref= is missing in [Publish]. Say under which name clients find it, such as: Ref=site/debian`,
      `${file}:4:9: GPGKey= or Ed25519Key= is missing in [Publish]. Name the file of the private key that signs, such as: GPGKey=/etc/credstore/site.key`,
    ],
  ],
  [
    '[Build]\nCommand=x\nBase=a:b',
    [`${file}:3:6: Command= and Base= exclude each other: a tree is made in one way. Remove one of them`],
  ],
  [
    '[Build]\nBase=a:b\n[Packages]\nRepository=./a.list\n[Exec]\nEnvironment=A=1\n[Remote]\nSignVerify=yes',
    [
      `${file}:2:6: Base= needs [Packages] with Install= or Remove=. Add it. To offer the tree as it is, declare a mirror: ostree-guests.mirror(5)`,
      `${file}:8:12: URL= is missing in [Remote]. Add it, or remove [Remote] to use the host's remote`,
      `${file}:8:12: SignVerify= is on, but there is no key to verify with. Add Ed25519KeyPath=, with the keys to trust`,
      `${file}:6:13: [Exec] is for Command= and Treefile=, not for Base=. Remove it`,
    ],
  ],
  [
    `${good}[Packages]\nInstall=a`,
    [
      `${file}:4:9: [Packages] needs Base= in [Build]: packages are added to a tree of an OSTree remote. Remove it, or replace Command= or Treefile= by Base=REMOTE:REF`,
    ],
  ],
])('%j', (text, messages) => {
  expect(wrong(text)).toEqual(messages);
});

test('its name is one that a guest could have', () => {
  const remedy = 'Name the file after the build: 1 to 63 of a-z, 0-9 and -, then .build';
  expect(wrong(good, 'Debian')).toEqual([`${file}:1:1: 'Debian' is not the name of a build. ${remedy}`]);
});

test('what is right is read as what it means', () => {
  const text = `[Build]
Command=./make "a b" %n 100%%
Command=second
MaxAgeSec=2h
[Exec]
Environment=A=1 "B=two words"
[Files]
BindReadOnly=/srv/apt:/apt`;
  expect(buildOf(text)).toMatchObject({
    description: 'Build debian',
    recipe: {
      kind: 'commands',
      commands: [{ words: ['/etc/ostree-guests/make', 'a b', 'debian', '100%'] }, { words: ['second'] }],
    },
    maxAge: 7_200_000,
    options: ['--setenv=A=1', '--setenv=B=two words', '--bind-ro=/srv/apt:/apt'],
  });
  expect(buildOf('[Build]\nTreefile=./a.yaml').recipe).toMatchObject({
    kind: 'treefile',
    treefile: '/etc/ostree-guests/a.yaml',
  });
});

const layered = `[Build]
Base=site:debian/13
[Remote]
URL=https://ostree.example.org
GPGKeyPath=/root/site.asc
[Packages]
Install=postfix ./own.deb
`;

test('packages over a base', () => {
  const { recipe } = buildOf(layered);
  expect(recipe).toMatchObject({
    kind: 'layers',
    base: { remoteName: 'site', ref: 'debian/13', remote: { url: 'https://ostree.example.org' } },
    packages: { install: ['postfix'], files: ['/etc/ostree-guests/own.deb'] },
    at: { line: 2 },
  });
  expect(filesOf(recipe)).toEqual(['/etc/ostree-guests/own.deb', '/root/site.asc']);
  const definition = (text: string) => definitionOf(buildOf(text));
  expect(definition(layered.replace('postfix', 'exim4'))).not.toBe(definition(layered));
});

const published = '[Publish]\nRepository=/srv/ostree\nRef=site/debian\nGPGKey=/etc/credstore/site.key\n';

test('what is published, where and how', () => {
  expect(buildOf(good).publication).toBeUndefined();
  expect(buildOf(good + published).publication).toEqual({
    repository: '/srv/ostree',
    ref: 'site/debian',
    gpgKey: '/etc/credstore/site.key',
    deltas: 2,
    keep: 3,
    summary: true,
  });
  expect(buildOf(`${good}${published}Deltas=0\nKeep=10\nSummary=off\n`).publication).toMatchObject({
    deltas: 0,
    keep: 10,
    summary: false,
  });
  const other = published.replace('GPGKey', 'Ed25519Key');
  expect(buildOf(good + other).publication).toMatchObject({
    gpgKey: undefined,
    ed25519Key: '/etc/credstore/site.key',
  });
});

test('where a tree is published makes no other tree: it is not built again', () => {
  expect(definitionOf(buildOf(good + published))).toBe(definitionOf(buildOf(good)));
});

test('an edit is known by what the file means', () => {
  const definition = (text: string) => definitionOf(buildOf(text));
  expect(definition(`# a comment\n${good}`)).toBe(definition(good));
  expect(definition(good.replace('trixie', 'forky'))).not.toBe(definition(good));
});

test('a program that is a directory counts as missing until the build names it', () => {
  expect(definitionOf(buildOf(good.replace('mmdebstrap', '/etc')))).toMatch(/^[0-9a-f]{64}$/);
});

test('a build and a guest of one name are two things, and drop-ins are of one of them', () => {
  const files = {
    list: (directory: string) =>
      ({
        '/a': ['x.build', 'x.guest', 'build.d', 'x.guest.d'],
        '/a/build.d': ['1.conf'],
        '/a/x.guest.d': ['2.conf'],
      })[directory] ?? [],
    read: (path: string) =>
      ({
        '/a/x.build': good,
        '/a/x.guest': '[Guest]\nBuild=x\n',
        '/a/build.d/1.conf': '[Service]\nNice=5\n',
        '/a/x.guest.d/2.conf': '[Service]\nNice=6\n',
      })[path],
  };
  const { guests, builds, broken, brokenBuilds } = loadAll(files, { guests: ['/a'], nspawn: [] });
  expect([broken, brokenBuilds]).toEqual([[], []]);
  expect(guests.map(({ origin, values }) => [origin, values.all('Service', 'Nice')])).toEqual([
    [{ kind: 'build', build: 'x' }, ['6']],
  ]);
  expect(builds.map(({ name, values }) => [name, values.all('Service', 'Nice')])).toEqual([['x', ['5']]]);
});

test('a file that is not there', () => {
  const checked = loadBuildFile({ list: () => [], read: () => undefined }, '/tmp/a.build');
  expect('broken' in checked && checked.broken.problems.map(formatProblem)).toEqual([
    '/tmp/a.build:1:1: There is no such file',
  ]);
});

test('a guest names one origin, and one that manages itself needs a remote', () => {
  expect(guestOf('[Guest]\nBuild=debian').origin).toEqual({ kind: 'build', build: 'debian' });
  expect(complaints('[Guest]\nRef=site:x\nBuild=debian')).toEqual([
    'mail.guest:3:7: Ref= and Build= exclude each other: a tree has one origin. Remove one of them',
  ]);
  expect(complaints('[Guest]\nBuild=A b')).toEqual([
    "mail.guest:2:7: 'A b' is not right for Build=. Expected the name of a build, of a-z, 0-9 and -",
  ]);
  expect(complaints('[Guest]\nBuild=debian\n[Update]\nBy=rpm-ostree')).toEqual([
    'mail.guest:2:7: By=rpm-ostree needs Ref=. Leave out By=, or name the ref of a remote',
  ]);
});

test.each([
  ['I: one\nE: no such suite\nI: tidying up\n', 'E: no such suite'],
  ['working\n  error: it broke\nbye\n', 'error: it broke'],
  ['working\nlast words\n\n', 'last words'],
  ['', ''],
])('the last words of %j', (text, words) => {
  expect(lastWords(text)).toBe(words);
});

test('no key of a build lets it write on the host', () => {
  const { keys } = vocabularyOf('build');
  expect(keys.map(({ name }) => name).filter((name) => /^(Bind$|ReadWrite|Overlay|Exec)/.test(name))).toEqual(
    [],
  );
});
