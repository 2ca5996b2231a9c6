// Values are read as systemd reads them: its own parsers, on this machine, say how. test/oracle has the values, and the
// differences that are meant. language.test.ts asks the systemd of each test host.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notMeant, notMeantOfContainers, notMeantOfUnits } from '../oracle/compare.ts';
import { askNspawn, containerSettings } from '../oracle/container-values.ts';
import { ask, canAsk, compileOracle } from '../oracle/oracle.ts';
import { unitSettings, unitsOf } from '../oracle/unit-values.ts';
import { generatedQuestions, tableQuestions } from '../oracle/values.ts';

describe.skipIf(!canAsk)('by the parsers of systemd', () => {
  let work: string;
  let program: string;

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'oracle-'));
    program = compileOracle(work);
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test('each value of the table', () => {
    expect(notMeant(tableQuestions, ask(program, tableQuestions))).toEqual([]);
  });

  test('values that nobody has thought of', () => {
    const seed = Date.now();
    const questions = generatedQuestions(3000, seed);
    expect(notMeant(questions, ask(program, questions)), `seed ${seed}`).toEqual([]);
  });
});

describe.skipIf(spawnSync('systemd-nspawn', ['--version']).status !== 0)('by systemd-nspawn', () => {
  // With --help at the end it reads all options, and starts nothing.
  const version = Number(
    /\d+/.exec(spawnSync('systemd-nspawn', ['--version'], { encoding: 'utf8' }).stdout)?.[0],
  );

  test('each value of the table', () => {
    const answers = spawnSync('sh', ['-c', askNspawn(containerSettings)], { encoding: 'utf8' }).stdout;
    expect(notMeantOfContainers(containerSettings, answers, version)).toEqual([]);
  });
});

describe.skipIf(spawnSync('systemd-analyze', ['--version']).status !== 0)('by systemd-analyze verify', () => {
  test('each value of the table', () => {
    const work = mkdtempSync(join(tmpdir(), 'units-'));
    const units = unitsOf(unitSettings);
    for (const { name, text } of units) writeFileSync(join(work, name), text);
    const names = units.map(({ name }) => join(work, name));
    const { stderr } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', '--recursive-errors=no', ...names],
      { encoding: 'utf8' },
    );
    rmSync(work, { recursive: true });
    expect(notMeantOfUnits(unitSettings, stderr)).toEqual([]);
  });
});
