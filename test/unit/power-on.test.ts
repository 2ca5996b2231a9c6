// What is done before each start, the real script, on directories of its own: it boots what the boot step would boot, or
// leaves it to that.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { listDeployments } from '../../src/ostree/deployments.ts';

const work = mkdtempSync(join(tmpdir(), 'power-on-'));
afterAll(() => rmSync(work, { recursive: true }));

const state = join(work, 'state');
const sysroot = join(state, 'mail', 'sysroot');
const link = join(work, 'run', 'mail', 'root');
const asked = join(work, 'asked');
const script = join(work, 'power-on');
const bin = join(work, 'bin');

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

beforeEach(() => {
  rmSync(work, { recursive: true, force: true });
  const text = readFileSync('src/boot/power-on', 'utf8')
    .replaceAll('/var/lib/ostree-guests', state)
    .replaceAll('/run/ostree-guests', join(work, 'run'))
    .replaceAll('/run/machines', join(work, 'machines'));
  write(script, text);
  const bootStep = `[ "$1" != start ] || ln -sf "$BOOTS" '${link}'`;
  write(join(bin, 'systemctl'), `#!/bin/sh\necho "$*" >>'${asked}'\n[ -z "$BOOTS" ] || ${bootStep}\n`);
  mkdirSync(dirname(link), { recursive: true });
  chmodSync(join(bin, 'systemctl'), 0o755);
  mkdirSync(join(sysroot, 'ostree/deploy/mail/var'), { recursive: true });
});

/** What it pointed to, and what it asked of systemd. */
function powerOn(...args: string[]) {
  return powerOnWith({}, ...args);
}

function powerOnWith(environment: Readonly<Record<string, string>>, ...args: string[]) {
  rmSync(asked, { force: true });
  const { status, stderr } = spawnSync('sh', [script, 'mail', ...args], {
    env: { PATH: `${bin}:${process.env['PATH']}`, ...environment },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return {
    root: existsSync(link) ? readlinkSync(link) : undefined,
    asked: existsSync(asked) ? readFileSync(asked, 'utf8') : undefined,
  };
}

const leftToBootStep = { root: undefined, asked: 'start ostree-guest-boot@mail.service\n' };

const entryFile = (name: string): string => join(sysroot, 'boot/loader/entries', `${name}.conf`);

function deployed(serial: number, version: string | number, options = `ostree=${boot(serial)}`): void {
  mkdirSync(join(sysroot, boot(serial)), { recursive: true });
  write(entryFile(`ostree-${serial}`), `title Debian ${serial}\nversion ${version}\noptions ${options}\n`);
}

/** A directory here, a link to the deployment in a real sysroot. */
const boot = (serial: number): string => `/ostree/deploy/mail/deploy/c0ffee.${serial}`;

test('the deployment of the entry with the highest version', () => {
  const options = fc.constantFrom('', 'quiet *', 'root=UUID=1 ostree=no');
  const entry = fc.record({ before: options, after: options, spaces: fc.constantFrom(' ', '\t', '  ') });
  const version = fc.integer({ min: 0, max: 2_000_000_000 });
  const entries = fc.uniqueArray(fc.tuple(version, entry), {
    ...{ minLength: 1, maxLength: 5, selector: ([one]: [number, unknown]) => one },
  });
  fc.assert(
    fc.property(entries, fc.boolean(), (list, hasOther) => {
      rmSync(join(sysroot, 'boot'), { recursive: true, force: true });
      if (hasOther) write(entryFile('other'), 'title Other\nversion 2100000000\nlinux /vmlinuz\n');
      for (const [serial, [number, { before, after, spaces }]] of list.entries())
        deployed(serial, number, `${before}${spaces}ostree=${boot(serial)}${spaces}${after}`);
      const [first] = listDeployments(sysroot);
      expect(powerOn(sysroot)).toEqual({ root: first?.path, asked: undefined });
    }),
    { numRuns: 50 },
  );
});

test('one that ends without a newline', () => {
  deployed(0, 1);
  deployed(1, 2);
  writeFileSync(entryFile('ostree-1'), `version 2\noptions ostree=${boot(1)}`);
  expect(powerOn(sysroot).root).toBe(join(sysroot, boot(1)));
});

test.each(['staged.json', 'finalizing.json', 'rollback.json', 'trials/c0ffee.0+3.json'])(
  'the boot step decides where there is a %s',
  (file) => {
    deployed(0, 1);
    write(join(state, 'mail', file), '{}');
    expect(powerOn(sysroot)).toEqual(leftToBootStep);
  },
);

test('what it has put on trial is judged, and nothing else', () => {
  deployed(0, 1);
  write(join(state, 'mail', 'trials', 'c0ffee.1+3.json'), '{}');
  const judged = 'restart --no-block ostree-guest-assess@mail.service\n';
  const root = (serial: number) => join(sysroot, boot(serial));
  expect(powerOnWith({ BOOTS: root(1) }, sysroot).asked).toBe(leftToBootStep.asked + judged);
  expect(powerOnWith({ BOOTS: root(0) }, sysroot).asked).toBe(leftToBootStep.asked);
});

test('it decides for a guest that manages itself', () => {
  deployed(0, 1);
  expect(powerOn()).toEqual(leftToBootStep);
});

test('it says what is wrong where nothing can be booted', () => {
  expect(powerOn(sysroot)).toEqual(leftToBootStep);
  deployed(0, 1, 'ostree=/ostree/boot.1/gone');
  expect(powerOn(sysroot)).toEqual(leftToBootStep);
  deployed(0, 'new');
  expect(powerOn(sysroot)).toEqual(leftToBootStep);
});

test('it puts /var in its place where there is none', () => {
  deployed(0, 1);
  rmSync(join(sysroot, 'ostree/deploy/mail/var'), { recursive: true });
  expect(powerOn(sysroot)).toEqual(leftToBootStep);
});

test('a guest whose image was removed has one again', () => {
  deployed(0, 1);
  powerOn(sysroot);
  expect(existsSync(join(work, 'machines', 'mail'))).toBe(true);
});

test('what changed by hand is followed, and what did not is left alone', () => {
  deployed(0, 1);
  powerOn(sysroot);
  deployed(1, 2);
  const second = { root: join(sysroot, boot(1)), asked: undefined };
  expect(powerOn(sysroot)).toEqual(second);
  expect(powerOn(sysroot)).toEqual(second);
});
