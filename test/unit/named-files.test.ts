// The files that a guest file names and that make its tree: whether one of them is another one than before.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import { NamedFiles } from '../../src/trees/named-files.ts';
import { guestOf } from './read.ts';

const directory = mkdtempSync(`${tmpdir()}/named-`);
afterAll(() => rmSync(directory, { recursive: true }));

const guest = (packages: string) =>
  guestOf(`[Guest]\nRef=site:x\n[Remote]\nURL=file:///srv\n[Packages]\n${packages}\n`);
const digest = (packages: string) => new NamedFiles().digest(guest(packages));

test('a guest that names no files has no digest', () => {
  expect(digest('Install=vim')).toBeUndefined();
  expect(digest('')).toBeUndefined();
});

test.each(['Install=FILE vim', 'Install=vim\nRepository=FILE', 'Install=vim\nRepositoryKey=FILE'])(
  '%s: the content counts, and that it is there',
  (text) => {
    const file = `${directory}/${text.includes('Key') ? 'key.asc' : text.includes('Rep') ? 'a.list' : 'a.deb'}`;
    const packages = text.replace('FILE', file);
    writeFileSync(file, 'one');
    const one = digest(packages);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    writeFileSync(file, 'two');
    const two = digest(packages);
    rmSync(file);
    const missing = digest(packages);
    expect(new Set([one, two, missing]).size).toBe(3);
    writeFileSync(file, 'one');
    expect(digest(packages)).toBe(one);
    expect(new NamedFiles().paths(guest(packages))).toEqual([file]);
  },
);

test('a directory counts as missing, and fails nothing', () => {
  const missing = digest('Install=vim\nRepository=/nonexistent');
  expect(missing).toBeDefined();
  expect(digest(`Install=vim\nRepository=${directory}`)).toBe(missing);
});

test('a build that is missing has no digest', () => {
  expect(new NamedFiles().digest(guestOf('[Guest]\nBuild=nowhere\n'))).toBeUndefined();
});
