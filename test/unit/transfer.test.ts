// The archive of an exported guest: its manifest, its end, and where it goes.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { enableWords } from '../../src/guestctl/enablement.ts';
import { fileForCopy } from '../../src/guestctl/transfer/file-for-copy.ts';
import { TransferLines } from '../../src/guestctl/transfer/lines.ts';
import { type Manifest, manifestText, parseManifest } from '../../src/guestctl/transfer/manifest.ts';
import { isOfLinks } from '../../src/guestctl/transfer/pack.ts';
import { requireOwnBuild, withoutKnownBuild } from '../../src/guestctl/transfer/place.ts';
import { passOn, trailerOf, withoutTrailer, writeAll } from '../../src/guestctl/transfer/stream.ts';
import { strangeIn } from '../../src/guestctl/transfer/unpack-archive.ts';
import type { Checksum } from '../../src/ostree/names.ts';
import { guestOf } from './read.ts';

const commit = (digit: string): Checksum => digit.repeat(64) as Checksum;

const manifest: Manifest = {
  guest: 'mail',
  time: '2026-11-26T20:00:00.000Z',
  systemd: '257',
  ostree: '2025.2',
  running: true,
  var: true,
  files: [
    { of: 'guest', name: 'mail', shared: false, text: '[Guest]\nRef=a:b\n', secret: false },
    { of: 'guest', name: 'mail', dropIn: '50-more.conf', shared: true, text: '[Exec]\n', secret: true },
  ],
  deployments: [
    { checksum: commit('b'), origin: '[origin]\nrefspec=a:b\n' },
    { checksum: commit('a'), origin: '[origin]\nrefspec=a:b\n' },
  ],
  state: {
    staged: { checksum: commit('c'), refspec: 'a:b', time: 1, version: '3' },
    rollback: 1,
    trials: [{ deployment: 0, fallback: 1, since: 5, tries: 3, left: 2 }],
    rejected: [{ checksum: commit('d'), reason: 'no', content: undefined, time: 4 }],
    baseline: { failedUnits: ['a.service'] },
    packagesInside: { install: ['a'], remove: [] },
    seen: true,
    places: ['home', 'opt.kept'],
  },
  remotes: [{ name: 'site', options: { url: 'http://a/b#c;d', 'gpg-verify': 'true' }, keyring: 'AAEC' }],
  enabled: ['guest', 'update'],
};

test('a manifest is read as it was written', () => {
  expect(parseManifest(manifestText(manifest))).toEqual(manifest);
});

test('a guest that no import could read is refused before its archive is written', () => {
  const remote = (name: string, size: number) => ({ name, options: {}, keyring: 'A'.repeat(size) });
  const withKeys = (...sizes: number[]) =>
    manifestText({ ...manifest, remotes: sizes.map((size, index) => remote(`r${index}`, size)) });
  // Ten keyrings of the largest size, in base64.
  const ten = withKeys(...Array<number>(10).fill((4 << 20) / 3));
  expect(parseManifest(ten).remotes).toHaveLength(10);
  expect(() => withKeys(2 << 20, 15 << 20)).toThrow(
    /mail are larger than an archive may describe \(16 MiB\)/,
  );
  expect(() => withKeys(2 << 20, 15 << 20)).toThrow(
    expect.objectContaining({ remedy: 'Make them smaller. The largest: the remote r1 and its keys' }),
  );
});

const changed = (change: Record<string, unknown>): string =>
  JSON.stringify({ format: 1, ...(JSON.parse(manifestText(manifest)) as object), ...change });
const { state, files } = manifest;

test.each<[string, Record<string, unknown>, RegExp]>([
  ['a newer format', { format: 2 }, /newer version of ostree-guests \(format 2; this version reads 1\)/],
  ['a name that leads elsewhere', { guest: '../a' }, /"guest" is not a guest's name/],
  ['no deployment', { deployments: [] }, /"deployments" has 0 entries/],
  ['too many deployments', { deployments: Array(101).fill(manifest.deployments[0]) }, /101 entries/],
  [
    'a commit that is a path',
    { deployments: [{ checksum: '../..', origin: '' }] },
    /"checksum" is not a commit/,
  ],
  ['no guest file', { files: files.slice(1) }, /must have one guest file/],
  ['two guest files', { files: [files[0], files[0]] }, /must have one guest file/],
  ['a drop-in elsewhere', { files: [files[0], { ...files[1], dropIn: '../../x.conf' }] }, /not a drop-in/],
  ['a hidden drop-in', { files: [files[0], { ...files[1], dropIn: '.conf' }] }, /not a drop-in/],
  ['a drop-in with a line end', { files: [files[0], { ...files[1], dropIn: 'a\nb.conf' }] }, /not a drop-in/],
  ['a build elsewhere', { files: [...files, { ...files[0], of: 'build', name: 'a/b' }] }, /not a name/],
  ['a file of another kind', { files: [{ ...files[0], of: 'service' }] }, /"of" is not one of guest/],
  [
    'a trial of a deployment that is not there',
    { state: { ...state, trials: [{ ...state.trials[0], deployment: 2 }] } },
    /"deployment" is not a deployment/,
  ],
  [
    'a trial that never ends',
    { state: { ...state, trials: [{ ...state.trials[0], left: 1e9 }] } },
    /"left" is not a number of tries/,
  ],
  [
    'a time that no clock shows',
    { state: { ...state, staged: { ...state.staged, time: 1e300 } } },
    /"time" is not a time/,
  ],
  ['a rollback to nowhere', { state: { ...state, rollback: -1 } }, /"rollback" is not a deployment/],
  [
    'a rejected commit that is a path',
    { state: { ...state, rejected: [{ checksum: '../x', reason: '', time: 1 }] } },
    /"checksum" is not a commit/,
  ],
  [
    'a staged commit that is none',
    { state: { ...state, staged: { ...state.staged, checksum: 'x' } } },
    /"checksum" is not a commit/,
  ],
  [
    'a remote with a line in it',
    { remotes: [{ name: 'a', options: { url: 'x\n[core]' } }] },
    /options of a remote/,
  ],
  ['a remote elsewhere', { remotes: [{ name: '../a', options: {} }] }, /name of a remote/],
  ['a place elsewhere', { state: { ...state, places: ['../etc'] } }, /"places" is not a list of places/],
])('%s is refused', (_, change, reason) => {
  expect(() => parseManifest(changed(change))).toThrow(reason);
});

test.each(['', '{', '[]', 'null', '{"format":1}'])('%j is not a manifest', (text) => {
  expect(() => parseManifest(text)).toThrow('This is not the archive of a guest');
});

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const tar = execFileSync('tar', ['-cf', '-', 'package.json', 'README.md']);
const none = () => {};

/** Returns the whole stream of an archive. */
async function withTrailer(archive: Buffer): Promise<Buffer> {
  const directory = mkdtempSync(`${tmpdir()}/archive-`);
  const [from, to] = [`${directory}/from`, `${directory}/to`];
  writeFileSync(from, archive);
  const [read, write] = [openSync(from, 'r'), openSync(to, 'w')];
  await writeAll(write, trailerOf(await passOn(read, write, none)));
  for (const descriptor of [read, write]) closeSync(descriptor);
  const result = readFileSync(to);
  rmSync(directory, { recursive: true });
  return result;
}

test.each([1, 100, 2048, 4096, 65536])(
  'an archive ends with its checksum, read in pieces of %d bytes',
  async (size) => {
    const archive = await withTrailer(tar);
    expect(archive.length).toBe(tar.length + 2048);
    expect(await all(withoutTrailer(inPieces(archive, size), none))).toEqual(tar);
    // Any tar(1) reads it.
    expect(execFileSync('tar', ['-tf', '-'], { input: archive }).toString()).toBe(
      'package.json\nREADME.md\n',
    );
    const end = execFileSync('tar', ['-tf', '-'], { input: archive.subarray(-2048) });
    expect(end.toString()).toBe('SHA256\n');
  },
);

test('an archive that is cut off, changed or longer is refused', async () => {
  const archive = await withTrailer(tar);
  const flipped = Buffer.from(archive);
  flipped[3000] = (flipped[3000] ?? 0) ^ 1;
  const wrong = [
    Buffer.alloc(0),
    tar,
    flipped,
    Buffer.concat([archive, Buffer.alloc(512)]),
    ...[1, 512, 2048, 4000].map((missing) => archive.subarray(0, -missing)),
  ];
  for (const bytes of wrong)
    await expect(all(withoutTrailer(inPieces(bytes, 1000), none))).rejects.toThrow('cut off or damaged');
});

test('an archive without its trailer is refused, wherever it was cut off', async () => {
  // The header and the data of a small file: tar(1) itself takes that for a whole archive.
  const oneFile = tar.subarray(0, 512 + Math.ceil(statSync('package.json').size / 512) * 512);
  expect(execFileSync('tar', ['-tf', '-'], { input: oneFile }).toString()).toBe('package.json\n');
  await expect(all(withoutTrailer(inPieces(oneFile, 1000), none))).rejects.toThrow('cut off or damaged');
});

test.each([
  ['tar: repo/objects/0a/b.file: file changed as we read it', true],
  ['tar: repo/objects/0a/b.file: File removed before we read it', false],
  ['tar: repo/config: file changed as we read it', false],
  ['tar: var/repo/objects/a: file changed as we read it', false],
])('what tar(1) says of links of objects is no failure: %s', (line, expected) => {
  expect(isOfLinks(line)).toBe(expected);
});

test('lines that come in pieces are read, and what else is printed becomes the reason', () => {
  const seen: unknown[] = [];
  const lines = new TransferLines((line) => seen.push(line));
  for (const text of ['{"byt', 'es":1}\ntar: no', ' space\n{"bytes":2}\n']) lines.add(text);
  expect(seen).toEqual([{ bytes: 1 }, { bytes: 2 }]);
  const failed = { ended: 'exited', exitCode: 2, stdout: '', stderr: '{"bytes":2}' } as const;
  expect(() => lines.require('Cannot export', failed)).toThrow('Cannot export: tar: no space');
  lines.add('{"failure":"the disk is full","remedy":"Free space"}\n');
  expect(() => lines.require('Cannot export', failed)).toThrow('Cannot export: the disk is full');
});

test.each([
  ['[Guest]\nSysroot=/srv/guests/mail\n', '[Guest]\nSysroot=/srv/guests/post\n'],
  ['Sysroot = /srv/mail/sysroot \n', 'Sysroot = /srv/post/sysroot \n'],
  ['Sysroot=/srv/one\n', 'Sysroot=/srv/one\n'],
  ['[Exec]\nHostname=mail\n', '[Exec]\nHostname=post\n'],
  ['Hostname=mail.example.org\n', 'Hostname=mail.example.org\n'],
  [
    '# Sysroot=/srv/mail\nDescription=mail\nBind=/srv/mail\n',
    '# Sysroot=/srv/mail\nDescription=mail\nBind=/srv/mail\n',
  ],
])('in a guest file of a copy, %j is %j', (text, copied) => {
  expect(fileForCopy(text, 'mail', 'post')).toBe(copied);
});

const plainGuest = guestOf('[Guest]\nRef=a:b\n');
const withWindow = guestOf('[Guest]\nRef=a:b\n[Update]\nSwitchOnCalendar=Sun 03:00\n');

test.each([
  ['all of it', plainGuest, ['guest', 'update'], 'guestctl enable --now mail'],
  ['with its window', withWindow, ['guest', 'update', 'switch'], 'guestctl enable --now mail'],
  [
    'without its window',
    withWindow,
    ['guest', 'update'],
    'systemctl enable systemd-nspawn@mail.service machines.target ostree-guest-update@mail.timer',
  ],
  [
    'the guest, which a host without machines.target would not start',
    plainGuest,
    ['guest'],
    'systemctl enable systemd-nspawn@mail.service machines.target',
  ],
  ['its updates', plainGuest, ['update'], 'systemctl enable --now ostree-guest-update@mail.timer'],
] as const)('an import says how to enable what was enabled: %s', (_, guest, enabled, command) => {
  expect(enableWords(guest, enabled)).toBe(command);
});

/** The change that is made beside a repository with a file, a link and a directory; and what is found. */
test.each<[string, (top: string) => void, string]>([
  ['its own objects only', () => {}, ''],
  ['a file of /var that is an object', (top) => linkSync(`${top}/repo/a/b.file`, `${top}/var/b`), 'b.file'],
  ['a link of /var that is an object', (top) => linkSync(`${top}/repo/a/c.file`, `${top}/var/c`), 'c.file'],
  ['a pipe', (top) => execFileSync('mkfifo', [`${top}/repo/a/d.file`]), 'd.file'],
])('a repository in an archive with %s', async (_, change, found) => {
  const top = mkdtempSync(join(tmpdir(), 'archive-'));
  try {
    for (const directory of ['repo', 'repo/a', 'var']) mkdirSync(join(top, directory));
    writeFileSync(`${top}/repo/a/b.file`, 'b');
    symlinkSync('b.file', `${top}/repo/a/c.file`);
    change(top);
    expect((await strangeIn(`${top}/repo`)).trim()).toBe(found && `${top}/repo/a/${found}`);
  } finally {
    rmSync(top, { recursive: true });
  }
});

describe('the build of a guest in an archive', () => {
  const file = (of: 'guest' | 'build', name: string, dropIn?: string) => ({
    of,
    name,
    dropIn,
    shared: false,
    text: `${of} ${name}`,
    secret: false,
  });
  const guest = file('guest', 'mail');
  const here = (path?: string, text = 'other') => ({
    list: (directory: string) => (path?.startsWith(`${directory}/`) ? [basename(path)] : []),
    read: (one: string) => (one === path ? text : undefined),
  });
  const own = [guest, file('build', 'web'), file('build', 'web', '50.conf')];

  test('is written before the guest file, its drop-ins first, and a person is told', () => {
    const { mine, notes } = withoutKnownBuild(own, 'mail', here());
    const [build, drop] = ['/etc/ostree-guests/web.build', '/etc/ostree-guests/web.build.d/50.conf'];
    expect(mine.map(({ path }) => path)).toEqual([drop, build, '/etc/ostree-guests/mail.guest']);
    expect(notes).toEqual([expect.stringContaining(`Other guests can use it, too: read ${build}`)]);
  });

  test.each(['/etc/ostree-guests/web.build', '/usr/lib/ostree-guests/web.build'])(
    'is left as it is in %s, with its drop-ins',
    (path) => {
      const { mine, notes } = withoutKnownBuild(own, 'mail', here(path));
      expect(mine.map((one) => one.path)).toEqual(['/etc/ostree-guests/mail.guest']);
      expect(notes).toEqual([`${path} exists, and differs from the one of the archive. It is not changed`]);
      expect(withoutKnownBuild(own, 'mail', here(path, 'build web')).notes).toEqual([]);
    },
  );

  const origin = { kind: 'build', build: 'web' } as const;
  test.each([
    ['a drop-in for the build of others', [guest, file('build', 'other', '50.conf')], 'the build other'],
    ['the build of others', [...own, file('build', 'other')], 'the build other'],
    ['a drop-in without its build', [guest, file('build', 'web', '50.conf')], 'one file of the build web'],
    ['a build twice', [...own, file('build', 'web')], 'one file of the build web'],
  ])('is refused if it is %s', (_, files, reason) => {
    expect(() => requireOwnBuild(files, { origin })).toThrow(reason);
  });

  test('is its own', () => {
    expect(() => requireOwnBuild(own, { origin })).not.toThrow();
    expect(() => requireOwnBuild([guest], { origin })).not.toThrow();
  });
});
