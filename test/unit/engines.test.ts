// What holds on either engine, and what happens when one of them fails.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { functionsOf } from '../../quickjs.mjs';
import { decodeUtf8 } from '../../src/generator/quickjs/utf8.ts';
import { buildGenerator, type Environment, engines, runGenerator, treeOf } from './engines.ts';
import { qjs } from './qjs.ts';

const node = engines[0][1];
let lib: string;
let work: string;
let guests: string;

beforeAll(async () => {
  lib = mkdtempSync(join(tmpdir(), 'engines-'));
  await buildGenerator(lib);
});
afterAll(() => rmSync(lib, { recursive: true }));
beforeEach(() => {
  work = mkdtempSync(join(lib, 'work-'));
  guests = join(work, 'guests');
  mkdirSync(guests);
});
afterEach(() => rmSync(work, { recursive: true }));

const write = (name: string, text: string | Uint8Array) => writeFileSync(join(guests, name), text);
const good = '[Guest]\nRef=site:debian/12\n';

/** Status, messages and files. */
function generate(environment: Environment) {
  const output = mkdtempSync(join(work, 'output-'));
  const paths = { OSTREE_GUESTS_PATH: guests, OSTREE_GUESTS_NSPAWN_PATH: join(work, 'nspawn') };
  const result = runGenerator(output, { OSTREE_GUESTS_LIB: lib, ...paths, ...environment });
  return { ...result, tree: treeOf(output) };
}

/** A program that stands in for an engine. */
function program(text: string): string {
  const path = join(work, 'program');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

test.each([
  ["export const words = ['a', 'b'];", 'exports words, which is not a function'],
  ['export class Words {}', 'exports Words, which is a class, and not a function'],
])('the build fails if a lazy module has %s', async (text, message) => {
  writeFileSync(join(work, 'words.ts'), `// lazy: for this test.\nexport const one = () => 1;\n${text}\n`);
  await expect(functionsOf([join(work, 'words.ts')])).rejects.toThrow(`words.ts ${message}`);
});

test('what is not UTF-8 becomes what Node makes of it', () => {
  const bytes = fc.uint8Array({ maxLength: 8 });
  const likely = fc.array(fc.constantFrom(0x41, 0x0a, 0x80, 0xbf, 0xc2, 0xe0, 0xed, 0xa0, 0xf0, 0x90, 0xf4));
  fc.assert(
    fc.property(fc.oneof(bytes, likely.map(Uint8Array.from.bind(Uint8Array))), (some) => {
      expect(decodeUtf8(some)).toBe(Buffer.from(some).toString());
    }),
    { numRuns: 2000 },
  );
  const all = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code)).join('');
  const text = all.replace(/[\uD800-\uDFFF]/g, (unit, at: number) => (at < 0x10000 ? '' : unit));
  expect(decodeUtf8(Buffer.from(text)) === text).toBe(true);
});

describe.each(engines)('on %s', (_, environment) => {
  test.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['a device', (path: string) => symlinkSync('/dev/zero', path)],
    ['a directory', (path: string) => mkdirSync(path)],
    ['something huge', (path: string) => execFileSync('truncate', ['--size=10G', path])],
  ])('%s in place of a guest file is not read', (_what, make) => {
    make(join(guests, 'a.guest'));
    write('b.guest', good);
    const { status, stderr, tree } = generate(environment);
    expect([status, stderr]).toEqual([1, `${guests}/a.guest:1:1: Cannot be read: it is not a text file\n`]);
    expect(Object.keys(tree)).toContain('systemd-nspawn@b.service.d/50-guest.conf');
  });

  test('a link to itself is a guest that cannot be read', () => {
    symlinkSync('a.guest', join(guests, 'a.guest'));
    // The front does not see it: a link that leads nowhere is no guest.
    write('b.guest', good);
    expect(generate(environment).stderr).toContain('ELOOP: too many symbolic links encountered, stat');
  });

  test('a name that is not UTF-8 is told in the same words', () => {
    write('a.guest', good);
    mkdirSync(join(guests, 'a.guest.d'));
    execFileSync('sh', ['-c', `: >"$(printf '\\377\\376.conf')"`], { cwd: join(guests, 'a.guest.d') });
    const message = 'a.guest.d/\uFFFD.conf:1:1: The name of this file is not UTF-8 text. Rename it';
    expect(generate(environment)).toMatchObject({ status: 1, stderr: `${guests}/${message}\n` });
  });

  test('a search path of which a part cannot be listed is told, and the rest is read', () => {
    write('a.guest', good);
    symlinkSync('loop', join(work, 'loop'));
    const paths = { OSTREE_GUESTS_PATH: `${work}/loop:${guests}`, OSTREE_GUESTS_LIB: lib };
    const output = mkdtempSync(join(work, 'output-'));
    const { status, stderr } = runGenerator(output, {
      OSTREE_GUESTS_NSPAWN_PATH: work,
      ...paths,
      ...environment,
    });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^\S*\/loop:1:1: Cannot be read: ELOOP/)]);
    expect(Object.keys(treeOf(output))).toContain('systemd-nspawn@a.service.d/50-guest.conf');
  });

  test('the hostname is that of the kernel', () => {
    write('a.guest', `${good}Description=on %H\n`);
    const hostname = execFileSync('cat', ['/proc/sys/kernel/hostname'], { encoding: 'utf8' }).trim();
    expect(Object.values(generate(environment).tree).join('\n')).toContain(`Description=on ${hostname}\n`);
  });

  test('without a directory to write to, it says how it is used', () => {
    write('a.guest', good);
    const env = {
      PATH: process.env['PATH'],
      OSTREE_GUESTS_LIB: lib,
      OSTREE_GUESTS_PATH: guests,
      ...environment,
    };
    const { status, stderr } = spawnSync('sh', ['generators/ostree-guests-generator'], {
      env,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining('usage: ')]);
  });

  test('what was written before is written again', () => {
    write('a.guest', good);
    const output = mkdtempSync(join(work, 'output-'));
    const paths = { OSTREE_GUESTS_LIB: lib, OSTREE_GUESTS_PATH: guests, OSTREE_GUESTS_NSPAWN_PATH: work };
    const [first, second] = [0, 1].map(() => runGenerator(output, { ...paths, ...environment }));
    expect([first?.status, second]).toEqual([0, first]);
  });
});

describe('when QuickJS fails, Node does the work', () => {
  test.each([
    ['it cannot be run', 'exit 126'],
    ['it finds a mistake in the program', 'echo SyntaxError >&2; exit 1'],
    ['it crashes', 'kill -SEGV $$'],
    ['it ends as if all were well', 'exit 0'],
    ['it has written half of a guest', 'mkdir "$3/systemd-nspawn@a.service.d"; kill -KILL $$'],
  ])('%s', (_, script) => {
    write('a.guest', good);
    const { status, tree } = generate({ ...node, OSTREE_GUESTS_QJS: program(script) });
    expect([status, tree]).toEqual([0, generate(node).tree]);
  });

  test.skipIf(!qjs)('it has too little memory', () => {
    for (let i = 0; i < 20; i += 1) write(`g${i}.guest`, good);
    const limited = program(`exec ${qjs} --memory-limit 500k "$@"`);
    const { status, tree } = generate({ ...node, OSTREE_GUESTS_QJS: limited });
    expect([status, tree]).toEqual([0, generate(node).tree]);
  });

  test.skipIf(!qjs)('its other files are missing, which it does not need for most guests', () => {
    const half = mkdtempSync(join(work, 'half-'));
    for (const file of ['generator.cjs', 'generator-qjs.js']) cpSync(join(lib, file), join(half, file));
    const usual = `${good}[Remote]\nURL=file:///srv/repo\n[Update]\nOnCalendar=daily\n`;
    write('a.guest', usual);
    const refusing = { OSTREE_GUESTS_NODE: '/bin/false', OSTREE_GUESTS_QJS: qjs, OSTREE_GUESTS_LIB: half };
    expect(generate(refusing)).toEqual(generate(node));
    write('b.guest', `${good}[Files]\nBind=/srv\n`);
    expect(generate(refusing).status).toBe(1);
    const { status, tree } = generate({ ...node, OSTREE_GUESTS_QJS: qjs, OSTREE_GUESTS_LIB: half });
    expect([status, tree]).toEqual([0, generate(node).tree]);
  });

  test('but not when it says that a guest is broken', () => {
    write('a.guest', good);
    const { status } = generate({ OSTREE_GUESTS_NODE: '/bin/false', OSTREE_GUESTS_QJS: program('exit 65') });
    expect(status).toBe(1);
  });
});

describe.each([
  ['QuickJS', (path: string) => ({ OSTREE_GUESTS_NODE: '/bin/false', OSTREE_GUESTS_QJS: path }), 64],
  ['Node', (path: string) => ({ OSTREE_GUESTS_NODE: path, OSTREE_GUESTS_QJS: '/nonexistent' }), 0],
] as const)('%s that never ends', (_, engine, done) => {
  test('has a limit of processor time', () => {
    write('a.guest', good);
    const told = generate(engine(program(`ulimit -t >&2; exit ${done}`)));
    expect([told.status, told.stderr]).toEqual([0, '20\n']);
  });

  test('is ended by it, and nothing else is tried', () => {
    write('a.guest', good);
    const prefix = { OSTREE_GUESTS_LOG_PREFIX: '<3>generator: ' };
    const { status, stderr } = generate({
      ...engine(program('ulimit -S -t 1; while :; do :; done')),
      ...prefix,
    });
    const message =
      '<3>generator: It took more than 20 seconds of processor time, and was ended: units of guests may be missing. Try again: systemctl daemon-reload\n';
    expect([status, stderr]).toEqual([152, expect.stringContaining(message)]);
  });
});

test.skipIf(!qjs)('any file gives the same on both', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '[Guest]',
      'Ref=site:debian/12',
      'Description=ä😀 %n\\',
      '[Exec]',
      'Environment="\\xff a',
      'Environment=X=100%😀',
      `Boot=${'x'.repeat(98)}😀😀`,
      `Environment=${'x'.repeat(99)}😀`,
      'Description=\u{1FFFF}',
      '[X-😀]',
      'MemoryMax=1G 500M',
      '[Service]',
    ),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(line), fc.uint8Array({ maxLength: 4 }), (lines, bytes) => {
      write('a.guest', Buffer.concat([Buffer.from(lines.join('\n')), bytes]));
      const [onNode, onQjs] = engines.map(([, environment]) => generate(environment));
      expect(onQjs).toEqual(onNode);
    }),
    { numRuns: 40 },
  );
});
