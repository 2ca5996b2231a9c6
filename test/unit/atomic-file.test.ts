// Files that are replaced: their content is old or new, and who may read them stays the same.
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAtomically, writeAtomically } from '../../src/host/atomic-file.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'atomic-'));
  file = join(directory, 'mail.guest');
});
afterEach(() => rmSync(directory, { recursive: true }));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test.each<[string, number | undefined, number | undefined, string]>([
  ['a new file can be read by everybody', undefined, undefined, '644'],
  ['a new file with a secret cannot', undefined, 0o600, '600'],
  ['a file that only root may read stays so', 0o600, undefined, '600'],
  ['a file keeps the mode that somebody gave it', 0o640, 0o600, '640'],
])('%s', (_, before, mode, expected) => {
  const umask = process.umask(0o077);
  try {
    if (before !== undefined) {
      writeFileSync(file, 'old');
      chmodSync(file, before);
    }
    writeAtomically(file, 'new', mode);
    expect([readFileSync(file, 'utf8'), modeOf(file)]).toEqual(['new', expected]);
    expect(readdirSync(directory)).toEqual(['mail.guest']);
  } finally {
    process.umask(umask);
  }
});

test('what a killed process left does not decide who may read the file', () => {
  writeFileSync(file, 'old');
  chmodSync(file, 0o600);
  writeFileSync(`${file}.new`, 'half');
  chmodSync(`${file}.new`, 0o666);
  writeAtomically(file, 'new');
  expect([readFileSync(file, 'utf8'), modeOf(file)]).toEqual(['new', '600']);
});

test('of two that make a file, one is told that it is not its own', () => {
  expect([createAtomically(file, 'first', 0o600), createAtomically(file, 'second')]).toEqual([true, false]);
  expect([readFileSync(file, 'utf8'), modeOf(file)]).toEqual(['first', '600']);
  expect(readdirSync(directory)).toEqual(['mail.guest']);
});

test('a link that leads nowhere is not replaced by a new file', () => {
  symlinkSync('/nowhere', file);
  expect(createAtomically(file, 'new')).toBe(false);
  expect(readdirSync(directory)).toEqual(['mail.guest']);
});
