// Directories with their parents. Node's own way never returns in one that somebody has removed.
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeDirectories } from '../../src/host/make-directories.ts';
import { sources } from './sources.ts';

const work = mkdtempSync(join(tmpdir(), 'directories-'));
afterAll(() => rmSync(work, { recursive: true }));

test('missing parents are made, with the mode', () => {
  makeDirectories(join(work, 'a/b/c'), 0o700);
  makeDirectories(join(work, 'a/b/c'), 0o755);
  expect(['a', 'a/b', 'a/b/c'].map((path) => statSync(join(work, path)).mode & 0o777)).toEqual([
    0o700, 0o700, 0o700,
  ]);
});

test('a file in the way is told', () => {
  writeFileSync(join(work, 'file'), '');
  expect(() => makeDirectories(join(work, 'file'))).toThrow('EEXIST');
  expect(() => makeDirectories(join(work, 'file/below'))).toThrow('ENOTDIR');
});

test('nothing is made in a directory that was removed, and it is told', () => {
  const removed = join(work, 'removed');
  mkdirSync(removed);
  // Kept by a descriptor here, and by a bind mount in a sandbox.
  const descriptor = openSync(removed, 'r');
  rmdirSync(removed);
  expect(() => makeDirectories(`/proc/self/fd/${descriptor}/a/b`)).toThrow('ENOENT');
  closeSync(descriptor);
});

test('it is the only way in which the program makes parents', () => {
  const others = sources.filter((file) =>
    /mkdir(Sync)?\([^;]*recursive/.test(readFileSync(`src/${file}`, 'utf8')),
  );
  expect(others, 'Use makeDirectories() of src/host/make-directories.ts').toEqual([]);
});
