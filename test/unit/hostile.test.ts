// What nobody writes, and what must not keep the host from booting: each of these would take hours, or for ever,
// if reading took more than its fair time.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadGuests } from '../../src/config/load.ts';
import { nodeFiles } from '../../src/host/node-files.ts';
import { complaints } from './read.ts';

const many = 200_000;

test.each([
  ['backslashes', `[Guest]\nDescription=${'\\'.repeat(many)}`],
  ['continued lines', `[Guest]\nDescription=${'x\\\n'.repeat(many)}`],
  ['digits in a time', `[Update]\nRandomizedDelaySec=${'1'.repeat(many)}!`],
  ['times', `[Update]\nRandomizedDelaySec=${'1 '.repeat(many)}!`],
  ['dots in a ref', `[Guest]\nRef=site:${'.'.repeat(many)}!`],
  ['parts of a ref', `[Guest]\nRef=site:${'a/'.repeat(many)}!`],
  ['parts of a path', `[Guest]\nSysroot=${'/a'.repeat(many)}!`],
  ['a long key', `[Guest]\n${'k'.repeat(many)}=1`],
  ['a long section', `[${'s'.repeat(many)}]\nkey=1`],
  ['colons', `[Files]\nBind=/a${':'.repeat(many)}`],
  ['slashes', `[Files]\nBind=/a:${'/'.repeat(many)}x`],
  ['escapes', `[Exec]\nEnvironment=${'\\x41'.repeat(many)}"`],
  ['quotes', `[Exec]\nEnvironment=${'"'.repeat(many + 1)}`],
  ['specifiers', `[Guest]\nDescription=${'%%'.repeat(many)}%z`],
  ['brackets', '['.repeat(many)],
  ['lines', '[Guest]\nDescription=x\n'.repeat(many / 10)],
])('%s', (_, text) => {
  expect(complaints(text)).not.toEqual([]);
});

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'hostile-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  ['a device', (path: string) => symlinkSync('/dev/zero', path)],
  ['a directory', (path: string) => execFileSync('mkdir', [path])],
  ['something huge', (path: string) => execFileSync('truncate', ['--size=10G', path])],
])('%s in place of a guest file is not read', (_, make) => {
  const path = join(directory, 'a.guest');
  make(path);
  const { broken } = loadGuests(nodeFiles, { guests: [directory], nspawn: [] });
  rmSync(path, { recursive: true });
  expect(broken.map(({ problems }) => problems.map(({ message }) => message))).toEqual([
    ['Cannot be read: it is not a text file'],
  ]);
});
