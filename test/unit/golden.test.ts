// Whole directories: what the generator, run as systemd runs it, makes of guest files. To see what it does,
// read test/golden. UPDATE_GOLDEN=1 writes what is expected; read the difference before you commit it. Each is made on
// Node and, where it is installed, on QuickJS.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildGenerator, type Environment, engines, runGenerator, treeOf } from './engines.ts';

const golden = 'test/golden';
let work: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'golden-'));
  await buildGenerator(work);
});
afterAll(() => rmSync(work, { recursive: true }));

function generate(input: string, environment: Environment = engines[0][1]) {
  const output = mkdtempSync(join(work, 'output-'));
  const { status, stderr } = runGenerator(output, {
    OSTREE_GUESTS_PATH: ['etc', 'run', 'lib'].map((name) => resolve(input, name)).join(':'),
    OSTREE_GUESTS_NSPAWN_PATH: resolve(input, 'nspawn'),
    OSTREE_GUESTS_LIB: work,
    ...environment,
  });
  return { status, stderr: here(stderr), output };
}

/** The same on every machine. */
const here = (text: string): string => text.replaceAll(`${process.cwd()}/`, '/');

/** Every file and link of a tree, with its content. */
const tree = (directory: string): Record<string, string> =>
  Object.fromEntries(Object.entries(treeOf(directory)).map(([path, text]) => [path, here(text)]));

/** What systemd has to say of generated units, and of templates by themselves; nothing, where they are right. */
function complaints(output: string): string {
  const path = join(output, '..', 'templates');
  if (!existsSync(path)) cpSync('units', path, { recursive: true });
  for (const unit of readdirSync(path)) {
    const text = readFileSync(join('units', unit), 'utf8')
      .replaceAll('@NODE@', process.execPath)
      .replaceAll('@LIBDIR@', work);
    writeFileSync(join(path, unit), text);
  }
  const units = readdirSync(output)
    .filter((name) => name.endsWith('.d'))
    .map((name) => name.slice(0, -'.d'.length));
  for (const template of readdirSync('units'))
    if (!needsMore.includes(template)) units.push(template.replace('@.', '@some.'));
  const args = ['verify', '--man=no', '--recursive-errors=one', ...units];
  return spawnSync('systemd-analyze', args, {
    env: { PATH: process.env['PATH'], SYSTEMD_UNIT_PATH: `${output}:${path}:` },
    encoding: 'utf8',
  }).stderr;
}

/** Templates that only some guests have use for. */
const needsMore = [
  'ostree-guest-maintenance@.service',
  'ostree-guest-port@.service',
  'ostree-guest-port@.socket',
  'ostree-guest-switch@.timer',
];

const canVerify =
  spawnSync('systemd-analyze', ['--version']).status === 0 &&
  existsSync('/lib/systemd/system/systemd-nspawn@.service');

describe.each(readdirSync(golden))('%s', (name) => {
  const expected = join(golden, name, 'expected');
  const errors = join(golden, name, 'stderr');

  test.each(engines)('is generated as expected on %s', (_, environment) => {
    const { status, stderr, output } = generate(join(golden, name, 'input'), environment);
    if (process.env['UPDATE_GOLDEN']) {
      rmSync(expected, { recursive: true, force: true });
      for (const [path, text] of Object.entries(tree(output))) {
        mkdirSync(join(expected, path, '..'), { recursive: true });
        if (text.startsWith('-> ')) symlinkSync(text.slice(3), join(expected, path));
        else writeFileSync(join(expected, path), text);
      }
      writeFileSync(errors, stderr);
    }
    const mend =
      'If this is meant to change: UPDATE_GOLDEN=1 npx vitest run --project unit test/unit/golden.test.ts. Read the difference before you commit it';
    expect(tree(output), mend).toEqual(existsSync(expected) ? tree(expected) : {});
    expect(stderr, mend).toBe(readFileSync(errors, 'utf8'));
    expect(status).toBe(stderr === '' ? 0 : 1);
  });

  test.skipIf(!canVerify)('systemd finds nothing wrong with it', () => {
    const { output } = generate(join(golden, name, 'input'));
    expect(complaints(output)).toBe('');
  });
});

describe('nothing is started', () => {
  const refuse = { OSTREE_GUESTS_NODE: '/bin/false', OSTREE_GUESTS_QJS: '/bin/false' };

  test('where no guest is declared', () => {
    const { status, output } = generate(join(work, 'nowhere'), refuse);
    expect([status, readdirSync(output)]).toEqual([0, []]);
  });

  test('in an initrd', () => {
    const { status, output } = generate(join(golden, 'one-guest/input'), {
      ...refuse,
      SYSTEMD_IN_INITRD: '1',
    });
    expect([status, readdirSync(output)]).toEqual([0, []]);
  });
});

test('the front is a script that sh understands', () => {
  execFileSync('sh', ['-n', 'generators/ostree-guests-generator']);
});
