// What becomes of output where it is not a terminal.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fullDevice } from './full-device.ts';

const directory = mkdtempSync(join(tmpdir(), 'out-'));
const program = join(directory, 'out.cjs');
const size = 1 << 20;
// By Node's own stream a pipe no longer waits, as by somebody else who has it open.
const contents = `
import { writeOut } from './src/guestctl/stdout.ts';
if (process.argv[2] === 'no-wait') process.stdout;
writeOut('x'.repeat(${size}));`;

beforeAll(async () => {
  const stdin = { contents, resolveDir: process.cwd() };
  await build({ stdin, bundle: true, platform: 'node', format: 'cjs', outfile: program, logLevel: 'error' });
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  ['a pipe', '| wc -c', { exitCode: 0, stdout: String(size) }],
  ['a pipe that is full', '| (sleep 0.2; wc -c)', { exitCode: 0, stdout: String(size) }],
  ['one that does not wait', 'no-wait | (sleep 0.2; wc -c)', { exitCode: 0, stdout: String(size) }],
  ['one that nobody reads', '| true', { exitCode: 0, stderr: '' }],
  ['one that does not wait, and nobody reads', 'no-wait | true', { exitCode: 0, stderr: '' }],
  ['a full disk', `>${fullDevice()}`, { exitCode: 1, stderr: expect.stringContaining('ENOSPC') }],
])('%s', async (_, where, outcome) => {
  const script = `'${process.execPath}' ${program} ${where}`;
  expect(await execa('bash', ['-o', 'pipefail', '-c', script], { reject: false })).toMatchObject(outcome);
});
