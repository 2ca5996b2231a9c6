// Metadata of commits as libostree writes them.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa, execaSync } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { commitObject, contentOfCommit, textIn, textOfCommit } from '../../src/ostree/commit-object.ts';

const directory = mkdtempSync(join(tmpdir(), 'commit-object-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** With the keys version, words, empty and four others that are no texts, by ostree 2022.7. */
const written = Buffer.from(
  'dmVyc2lvbgAxMi4xAABzCHdvcmRzAAAAYSAiYiIgw6kAAHMGAAAAAGVtcHR5AAAAAABzBgAAAABsaXN0AAAAAHgAAgBhcwUAZmxhZwAAAAABAGIF' +
    'AAAAAG9zdHJlZS5yZWYtYmluZGluZwAAAAAAAABhcxMQJDRHVHQAAAAAAAAAAAAAAAAAAIHXghLNmVGkYLgzFHUcgpM82H1VcisywE67nznp5EIo' +
    'RGoO8Rt8wWfztgPlhcfu7rZ1+qQS1exz9imI6wtsVIiofHt6eno=',
  'base64',
);
const checksum = 'c'.repeat(64);

function repositoryWith(object: Buffer): string {
  const repository = mkdtempSync(join(directory, 'repository-'));
  mkdirSync(dirname(commitObject(repository, checksum)), { recursive: true });
  writeFileSync(commitObject(repository, checksum), object);
  return repository;
}

test.each([
  ['version', '12.1'],
  ['words', 'a "b" é'],
  ['empty', ''],
  ['list', undefined],
  ['flag', undefined],
  ['ostree.ref-binding', undefined],
  ['versio', undefined],
])('%s is %j', (key, text) => {
  expect(textOfCommit(repositoryWith(written), checksum, key)).toBe(text);
});

test('a damaged commit has no texts that are not in it, and takes no time', () => {
  for (let length = 0; length < written.length; length += 1) {
    const cut = textOfCommit(repositoryWith(written.subarray(0, length)), checksum, 'version');
    expect([undefined, '12.1']).toContain(cut);
  }
  for (let length = 0; length < written.length; length += 1)
    expect(contentOfCommit(repositoryWith(written.subarray(0, length)), checksum)).toBeUndefined();
  for (const byte of [0, 1, 7, 127, 255]) {
    expect(textIn(Buffer.alloc(100_000, byte), 'version')).toBeUndefined();
  }
});

test('a commit that is missing, or not a file', () => {
  const repository = repositoryWith(written);
  expect(textOfCommit(repository, 'd'.repeat(64), 'version')).toBeUndefined();
  mkdirSync(dirname(commitObject(repository, 'd'.repeat(64))));
  symlinkSync(commitObject(repository, checksum), commitObject(repository, 'd'.repeat(64)));
  expect(textOfCommit(repository, 'd'.repeat(64), 'version')).toBeUndefined();
});

test('a text with a zero byte is none', () => {
  const at = written.indexOf('12.1');
  const wrong = Buffer.from(written);
  wrong[at + 1] = 0;
  expect(textOfCommit(repositoryWith(wrong), checksum, 'version')).toBeUndefined();
});

const hasOstree = execaSync('ostree', ['--version'], { reject: false }).exitCode === 0;

test.skipIf(!hasOstree)('the same as `ostree show` says, of commits of all sizes', async () => {
  const repository = join(directory, 'written');
  const tree = join(directory, 'tree');
  mkdirSync(join(tree, 'usr'), { recursive: true });
  await execa('ostree', [`--repo=${repository}`, 'init', '--mode=archive']);
  // The positions in them take one byte, two and four.
  for (const [count, size] of [
    [1, 1],
    [1, 250],
    [3, 90],
    [40, 300],
    [2, 65_530],
    [3, 70_000],
  ] as const) {
    const texts = Array.from({ length: count }, (_, at) => [`key-${at}`, 'é'.repeat(size / 2 + at)] as const);
    const options = texts.map(([key, text]) => `--add-metadata-string=${key}=${text}`);
    const commit = ['commit', '--orphan', `--tree=dir=${tree}`, ...options];
    const { stdout } = await execa('ostree', [`--repo=${repository}`, ...commit]);
    for (const [key, text] of texts) expect(textOfCommit(repository, stdout, key)).toBe(text);
    const made = (...options: string[]) => execa('ostree', [`--repo=${repository}`, ...commit, ...options]);
    const layered = await made(`--parent=${stdout}`, '--add-metadata-string=rpmostree.state-sha512=abc');
    expect(contentOfCommit(repository, layered.stdout)).toBe(`${stdout} abc`);
    const image = await made('--add-metadata-string=ostree.manifest-digest=sha256:1');
    expect(contentOfCommit(repository, image.stdout)).toBe('sha256:1');
    expect(contentOfCommit(repository, stdout)).toBeUndefined();
  }
});
