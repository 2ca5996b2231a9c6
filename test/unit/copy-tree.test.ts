// The command that copies directories in a confined process.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyPairs } from '../../src/host/copy-tree.ts';
import { run } from '../../src/host/process.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(`${tmpdir()}/copy-`);
  mkdirSync(`${base}/from`);
  writeFileSync(`${base}/from/file`, 'text');
});
afterEach(() => rmSync(base, { recursive: true }));

test.each([
  ['copies', 'new', true],
  ['whose first step fails copies nothing', 'from', false],
])('a copy %s', async (_, first, isCopied) => {
  const [command = '', ...args] = copyPairs(
    'mkdir --',
    `${base}/${first}`,
    [[`${base}/from`, `${base}/to`]],
    'auto',
  );
  expect((await run(command, args)).exitCode === 0).toBe(isCopied);
  expect(existsSync(`${base}/to`)).toBe(isCopied);
  expect(readFileSync(`${base}/${isCopied ? 'to' : 'from'}/file`, 'utf8')).toBe('text');
});
