// A program that we started ends with us, however we end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'child-'));
const program = join(directory, 'child.cjs');
// The program has our standard output open: it is read to its end only when both have ended.
const contents = `
import { start } from './src/host/child.ts';
const child = start('sleep', ['600'], { stdio: ['ignore', 'inherit', 'ignore'] });
const kill = (signal) => process.kill(process.pid, signal);
const ways = {
  exit: () => process.exit(3),
  throw: () => { throw new Error('a fault'); },
  handled: () => {
    process.once('SIGTERM', async () => {
      console.log('handled');
      child.process.kill();
      console.log(JSON.stringify(await child.ended));
    });
    kill('SIGTERM');
  },
};
const [, , way] = process.argv;
(ways[way] ?? (() => kill(way)))();`;

beforeAll(async () => {
  const stdin = { contents, resolveDir: process.cwd() };
  await build({ stdin, bundle: true, platform: 'node', format: 'cjs', outfile: program, logLevel: 'error' });
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  ['exit', { exitCode: 3, stdout: '' }],
  ['throw', { exitCode: 1, stdout: '' }],
  ['SIGTERM', { signal: 'SIGTERM', stdout: '' }],
  ['SIGINT', { signal: 'SIGINT', stdout: '' }],
  ['SIGHUP', { signal: 'SIGHUP', stdout: '' }],
  // Somebody else handles the signal, so it ends neither of them.
  ['handled', { exitCode: 0, stdout: 'handled\n{"signal":"SIGTERM"}' }],
])('%s', async (way, outcome) => {
  const options = { reject: false, timeout: 120_000 } as const;
  expect(await execa(process.execPath, [program, way], options)).toMatchObject({
    timedOut: false,
    ...outcome,
  });
});
