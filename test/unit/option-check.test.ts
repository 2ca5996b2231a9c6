// What nspawn says about the options of many guests, with a program in its place that refuses what the cases choose.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { nspawnOptions } from '../../src/machine/nspawn/option-check.ts';
import { guestOf } from './read.ts';

const work = mkdtempSync(join(tmpdir(), 'option-check-'));
const runs = join(work, 'runs');
const { PATH } = process.env;

beforeAll(() => {
  const program = join(work, 'systemd-nspawn');
  // Of two that ask for one port of the host, it refuses the second one, as nspawn does.
  const refuse = `case " $* " in
    *:666:*) echo "No port 666" >&2; exit 1;;
    *:700:1*:700:2*) echo "Duplicate port" >&2; exit 1;;
    *=/a*=/a*) echo "Duplicate bind" >&2; exit 1;;
  esac`;
  writeFileSync(program, `#!/bin/sh\necho "$#" >>${runs}\n${refuse}\n`);
  chmodSync(program, 0o755);
  process.env['PATH'] = `${work}:${PATH}`;
});
beforeEach(() => writeFileSync(runs, ''));
afterAll(() => {
  process.env['PATH'] = PATH;
  rmSync(work, { recursive: true });
});

const withPort = (port: string) => guestOf(`[Guest]\nRef=site:x\n[Network]\nPort=${port}\n`);
const numberOfRuns = () => readFileSync(runs, 'utf8').trim().split('\n').length;

test('a few runs are enough for many guests', async () => {
  const guests = Array.from({ length: 1000 }, (_, index) => withPort(`tcp:${1000 + index}:80`));
  expect((await nspawnOptions(guests)).flat()).toEqual([]);
  expect(numberOfRuns()).toBeLessThan(15);
});

test('one wrong guest of many is found, with its line', async () => {
  const guests = Array.from({ length: 300 }, (_, index) =>
    withPort(`tcp:${index === 42 ? 666 : 3000 + index}:80`),
  );
  const found = await nspawnOptions(guests);
  expect(found.flatMap((problems, index) => problems.map(() => index))).toEqual([42]);
  expect(found[42]).toMatchObject([{ at: { line: 4 }, message: 'systemd-nspawn says: No port 666' }]);
  expect(numberOfRuns()).toBeLessThan(30);
});

test('options of two guests that exclude each other are no mistake', async () => {
  expect(await nspawnOptions([withPort('tcp:700:1'), withPort('tcp:700:2')])).toEqual([[], []]);
});

test('an option that one guest has twice is a mistake, and that two guests have is none', async () => {
  const withBinds = (...paths: string[]) =>
    guestOf(`[Guest]\nRef=site:x\n[Files]\n${paths.map((path) => `Bind=${path}\n`).join('')}`);
  const found = await nspawnOptions([withBinds('/a'), withBinds('/a'), withBinds('/a', '/a')]);
  expect(found.map((problems) => problems.length)).toEqual([0, 0, 1]);
});

test('guests with default options are not asked about', async () => {
  expect(await nspawnOptions([guestOf('[Guest]\nRef=site:x\n')])).toEqual([[]]);
  expect(readFileSync(runs, 'utf8')).toBe('');
});
