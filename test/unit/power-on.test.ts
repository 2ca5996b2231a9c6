// What is done before each start, the real script, on directories of its own: it boots what the rule of the boot step says
// (src/steps/boot/rule.ts), or leaves it to that.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readBootList } from '../../src/ostree/deployments.ts';
import { readBootState } from '../../src/steps/boot/read-state.ts';
import { decide } from '../../src/steps/boot/rule.ts';
import { type HoldFacts, noHold } from '../../src/steps/hold-rule.ts';
import { commit as commitNamed } from './names.ts';
import { guestOf } from './read.ts';

const places = vi.hoisted(() => ({ state: '' }));
vi.mock('../../src/config/paths.ts', async (original) =>
  (await import('./state-in.ts')).stateIn(await original<object>(), () => places.state),
);

const work = mkdtempSync(join(tmpdir(), 'power-on-'));
afterAll(() => rmSync(work, { recursive: true }));

const state = join(work, 'state');
places.state = state;
const sysroot = join(state, 'mail', 'sysroot');
const link = join(work, 'run', 'mail', 'root');
const asked = join(work, 'asked');
const registered = join(work, 'registered');
const script = join(work, 'power-on');
const bin = join(work, 'bin');

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

beforeEach(() => {
  rmSync(work, { recursive: true, force: true });
  for (const path of ['steps/boot/power-on', 'machine/nspawn/clear-left-over']) {
    const text = readFileSync(`src/${path}`, 'utf8')
      .replaceAll('/var/lib/ostree-guests', state)
      .replaceAll('/run/ostree-guests', join(work, 'run'))
      .replaceAll('/run/machines', join(work, 'machines'))
      .replaceAll('/run/systemd/machines', registered);
    write(join(work, basename(path)), text);
  }
  const bootStep = `[ "$1" != start ] || ln -sf "$BOOTS" '${link}'`;
  write(join(bin, 'systemctl'), `#!/bin/sh\necho "$*" >>'${asked}'\n[ -z "$BOOTS" ] || ${bootStep}\n`);
  write(join(bin, 'systemd-notify'), `#!/bin/sh\necho "notify $*" >>'${asked}'\n`);
  write(join(bin, 'busctl'), `#!/bin/sh\necho "$*" >>'${asked}'\n`);
  // Only root can give something to root.
  write(join(bin, 'install'), `#!/bin/sh\necho "$*" >'${join(work, 'closed')}'\n`);
  mkdirSync(dirname(link), { recursive: true });
  for (const program of ['systemctl', 'systemd-notify', 'busctl', 'install'])
    chmodSync(join(bin, program), 0o755);
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
    timeout: 100_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return {
    root: existsSync(link) ? readlinkSync(link) : undefined,
    asked: existsSync(asked) ? readFileSync(asked, 'utf8') : undefined,
  };
}

/** What the boot step would boot without doing anything else; undefined if it would do something. */
function plainStart(guest = plainGuest, hold: HoldFacts = noHold): string | undefined {
  const unreadable = (error: unknown) => {
    throw error;
  };
  const found = readBootState(guest, { isSafe: true, hold, tried: [], failed: [] }, unreadable);
  const decision = decide(found, guest.update);
  return decision.kind === 'boot' ? decision.deployment.path : undefined;
}

const plainGuest = guestOf(`[Guest]\nRef=site:x\nSysroot=${sysroot}\n`);

/** The start of the guest may take as long as the boot step. */
const leftToBootStep = {
  root: undefined,
  asked: 'notify EXTEND_TIMEOUT_USEC=7800000000\nstart ostree-guest-boot@mail.service\n',
};

const entryFile = (name: string): string => join(sysroot, 'boot/loader/entries', `${name}.conf`);

function deployed(serial: number, version: string | number, options = `ostree=${boot(serial)}`): void {
  mkdirSync(join(sysroot, boot(serial)), { recursive: true });
  write(entryFile(`ostree-${serial}`), `title Debian ${serial}\nversion ${version}\noptions ${options}\n`);
}

/** A directory here, a link to the deployment in a real sysroot. */
const boot = (serial: number): string => `/ostree/deploy/mail/deploy/${commit}.${serial}`;
const commit = 'c0ffee'.padEnd(64, '0');

test('a start is noticed, whoever decides what is booted', () => {
  const marks = ['not-started', 'stopped'].map((name) => join(dirname(link), name));
  deployed(0, 1);
  for (const begin of [() => powerOn(sysroot), () => powerOn()]) {
    for (const mark of marks) write(mark, '');
    begin();
    expect(marks.filter((mark) => existsSync(mark))).toEqual([]);
  }
});

test('an update that is held back is left to the boot step, which boots what ran', () => {
  deployed(0, 1);
  const { root } = powerOn(sysroot);
  const checksum = commitNamed('b'.repeat(64));
  write(join(state, 'mail', 'staged.json'), JSON.stringify({ checksum, refspec: 'site:x', time: 10 }));
  rmSync(link);
  expect(powerOn(sysroot)).toEqual(leftToBootStep);
  const holding = guestOf(
    `[Guest]\nRef=site:x\nSysroot=${sysroot}\n[Update]\nNotBefore=1\nSwitchOnCalendar=Sun\nSwitchWindowSec=1h\n`,
  );
  const facts = { at: 2000, isInWindow: true, released: undefined, holdsLock: true };
  expect(plainStart(holding, { ...facts, at: 1009 })).toBe(root);
  expect(plainStart(holding, { ...facts, isInWindow: false })).toBe(root);
  expect(plainStart(holding, facts)).toBeUndefined();
  expect(
    plainStart(holding, {
      ...facts,
      at: 1009,
      isInWindow: false,
      released: { checksum, withoutLock: false },
    }),
  ).toBeUndefined();
});

test.each([
  ['systemd-nspawn@mail.service', true],
  ['ostree-guest-maintenance@mail.service', true],
  ['ostree-guest-rehearsal@mail.service', true],
  // What others run is not touched, and nspawn says why it cannot start.
  ['machine-mail.scope', false],
  ['systemd-nspawn@mail-2.service', false],
])('machined is to forget a machine that was not unregistered when it ended: %s', (unit, forgotten) => {
  deployed(0, 1);
  write(join(registered, 'mail'), `# This is private data. Do not parse.\nNAME=mail\nSCOPE=${unit}\n`);
  const manager = 'org.freedesktop.machine1 /org/freedesktop/machine1 org.freedesktop.machine1.Manager';
  expect(powerOn(sysroot).asked).toBe(forgotten ? `call ${manager} UnregisterMachine s mail\n` : undefined);
});

test('the deployment of the entry with the highest version', () => {
  const options = fc.constantFrom('', 'quiet *', 'root=UUID=1 ostr=/no');
  const entry = fc.record({ before: options, after: options, spaces: fc.constantFrom(' ', '\t', '  ') });
  const version = fc.integer({ min: 0, max: 2_000_000_000 });
  const entries = fc.uniqueArray(fc.tuple(version, entry), {
    minLength: 1,
    maxLength: 5,
    selector: ([one]: [number, unknown]) => one,
  });
  fc.assert(
    fc.property(entries, fc.boolean(), (list, hasOther) => {
      rmSync(join(sysroot, 'boot'), { recursive: true, force: true });
      if (hasOther) write(entryFile('other'), 'title Other\nversion 2100000000\nlinux /vmlinuz\n');
      for (const [serial, [number, { before, after, spaces }]] of list.entries())
        deployed(serial, number, `${before}${spaces}ostree=${boot(serial)}${spaces}${after}`);
      expect(powerOn(sysroot)).toEqual({ root: plainStart(), asked: undefined });
    }),
    { numRuns: 50 },
  );
});

test('the shell decides nothing that the rule would decide otherwise', () => {
  const update = fc.record({
    checksum: fc.constantFrom(commit, 'f'.repeat(64)),
    refspec: fc.constant('site:x'),
    time: fc.constant(0),
  });
  const serial = fc.integer({ min: 0, max: 3 });
  const wishes = fc.record(
    {
      'staged.json': update,
      'finalizing.json': update,
      'rollback.json': serial.map((one) => ({ deployment: `${commit}.${one}`, var: false, time: 0 })),
    },
    { requiredKeys: [] },
  );
  const trials = fc.uniqueArray(
    fc.record({ serial, fallback: serial, left: fc.integer({ min: 0, max: 2 }) }),
    { maxLength: 2, selector: (trial) => trial.serial },
  );
  let plain = 0;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), wishes, trials, (count, files, list) => {
      rmSync(link, { force: true });
      for (const path of [join(sysroot, 'boot'), ...stateFiles])
        rmSync(path, { recursive: true, force: true });
      for (let one = 0; one < count; one += 1) deployed(one, one);
      for (const [file, value] of Object.entries(files))
        write(join(state, 'mail', file), JSON.stringify(value));
      for (const { serial: one, fallback, left } of list)
        write(
          join(state, 'mail/trials', `${commit}.${one}+${left}.json`),
          JSON.stringify({
            deployment: `${commit}.${one}`,
            fallback: `${commit}.${fallback}`,
            since: 0,
            tries: 2,
          }),
        );
      const { root, asked } = powerOn(sysroot);
      expect(root).toBe(asked === undefined ? plainStart() : undefined);
      if (asked === undefined) plain += 1;
    }),
    { numRuns: 60, examples: [[2, {}, []]] },
  );
  expect(plain).toBeGreaterThan(0);
});

const stateFiles = ['staged.json', 'finalizing.json', 'rollback.json', 'trials'].map((file) =>
  join(state, 'mail', file),
);

describe('boot entries that somebody else has written', () => {
  const outside = join(work, 'neighbour', 'sysroot');
  const good = { path: boot(0), text: `title Debian\nversion 1\noptions ostree=${boot(0)}\n` };

  beforeEach(() => {
    mkdirSync(join(sysroot, boot(0)), { recursive: true });
    mkdirSync(join(outside, boot(0)), { recursive: true });
    mkdirSync(join(sysroot, 'ostree/boot.1'), { recursive: true });
    for (const name of wrongNames) mkdirSync(join(sysroot, name));
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(sysroot, name));
    mkdirSync(dirname(entryFile('x')), { recursive: true });
  });

  /** Links that a guest which manages itself, or a tree, can make. */
  const links = {
    'ostree/boot.1/good': join('..', '..', boot(0)),
    'ostree/boot.1/out': join(outside, boot(0)),
    'ostree/boot.1/root': '/',
    'ostree/boot.1/loop': 'loop',
    [`ostree/deploy/mail/deploy/${commit}.7`]: join(outside, boot(0)),
    'ostree/deploy/other': join(outside, 'ostree/deploy/mail'),
  };
  const wrongNames = ['c0ffee.0', `${commit}.x`, `${commit}.`, commit, `${commit.toUpperCase()}.0`].map(
    (name) => `ostree/deploy/mail/deploy/${name}`,
  );
  const paths = fc.oneof(
    fc.constantFrom(
      ...wrongNames.map((name) => `/${name}`),
      ...Object.keys(links).map((name) => `/${name}`),
      boot(0),
      `${boot(0)}/`,
      `${boot(0)}/.`,
      `${boot(0)}/etc`,
      `/ostree/deploy/mail/deploy/x/../${commit}.0`,
      '/',
      '//',
      '/..',
      `/../../../..${outside}${boot(0)}`,
      '/ostree/deploy/mail/deploy',
      '',
      'no',
      '/gone',
      `/ostree/deploy/other/deploy/${commit}.0`,
      `/ostree/deploy/mail/deploy/${commit}`,
      '/ostree/deploy/mail/var',
    ),
    fc.string().map((text) => `/${text}`),
  );
  const line = fc.oneof(
    paths.map((path) => `options ostree=${path}`),
    paths.map((path) => `options quiet ostree=${path} ostree=${boot(0)}`),
    fc.constantFrom(
      'version 1',
      'version 2',
      'version 99999999999',
      'version -1',
      'version',
      'version 1 2',
      'version 0x9',
    ),
    fc.constantFrom(
      'title A',
      'title ',
      '',
      '# options ostree=/',
      'options',
      'options quiet',
      'linux /x',
      'optionsostree=/',
    ),
    fc.string().map((text) => `title ${text}`),
  );
  const ends = fc.constantFrom('\n', '\n', '\n', '\r\n', '\n \t', '\v', '\u2028');
  const rightEntry = fc
    .tuple(fc.integer({ min: 0, max: 9 }), paths)
    .map(([version, path]) => `title A\nversion ${version}\noptions quiet ostree=${path} rw\n`);
  const anyEntry = fc.array(fc.tuple(line, ends), { maxLength: 6 }).map((lines) => lines.flat().join(''));
  const mixedEntry = fc.tuple(line, ends, rightEntry).map((parts) => parts.join(''));
  const text = fc
    .oneof({ weight: 4, arbitrary: rightEntry }, { weight: 2, arbitrary: mixedEntry }, anyEntry)
    // dash and bash differ in what they make of it; a file with one is refused by neither for that.
    .filter((one) => !one.includes('\0'));

  test('choose no other directory of the host, and the shell and the boot step agree', () => {
    const kept = join(sysroot, good.path);
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (entries) => {
        rmSync(link, { force: true });
        rmSync(join(sysroot, 'boot'), { recursive: true, force: true });
        for (const [index, one] of entries.entries()) write(entryFile(`ostree-${index}`), one);
        for (const { path } of readBootList(sysroot).deployments) expect(path).toBe(kept);
        const { root, asked } = powerOn(sysroot);
        // What the shell does not leave to the boot step is what that would boot.
        expect(root).toBe(asked === undefined ? (plainStart() ?? 'none') : undefined);
      }),
      { numRuns: 300 },
    );
  });

  test('by the version of a commit, which libostree copies with its newlines', () => {
    const version = `3\noptions ostree=${join('/../..', 'neighbour/sysroot')}${boot(0)}\nx y`;
    write(entryFile('ostree-2'), good.text.replace('title Debian', `title Debian ${version} (ostree:0)`));
    expect(powerOn(sysroot)).toEqual(leftToBootStep);
    write(entryFile('ostree-1'), good.text);
    expect(readBootList(sysroot)).toMatchObject({
      deployments: [{ path: join(sysroot, good.path) }],
      refused: [{ file: entryFile('ostree-2'), reason: 'it names more than one deployment' }],
    });
  });

  test.each<[string, (file: string) => void]>([
    ['a pipe', (file) => expect(spawnSync('mkfifo', [file]).status).toBe(0)],
    ['a directory', (file) => mkdirSync(file)],
    ['a link', (file) => symlinkSync(entryFile('ostree-1'), file)],
    ['a link to a device', (file) => symlinkSync('/dev/zero', file)],
    ['a large file', (file) => writeFileSync(file, good.text.replace('title Debian', 'x\n'.repeat(600_000)))],
  ])('are not waited for: %s', (_, make) => {
    write(entryFile('ostree-1'), good.text);
    make(entryFile('ostree-2'));
    expect(powerOn(sysroot)).toEqual(leftToBootStep);
    expect(readBootList(sysroot)).toMatchObject({
      deployments: [{ path: join(sysroot, good.path) }],
      refused: [{ file: entryFile('ostree-2'), reason: `${entryFile('ostree-2')} is not a text file` }],
    });
  });
});

test('one that ends without a newline', () => {
  deployed(0, 1);
  deployed(1, 2);
  writeFileSync(entryFile('ostree-1'), `version 2\noptions ostree=${boot(1)}`);
  expect(powerOn(sysroot).root).toBe(join(sysroot, boot(1)));
});

test.each(['staged.json', 'finalizing.json', 'rollback.json', `trials/${commit}.0+3.json`])(
  'the boot step decides where there is a %s',
  (file) => {
    deployed(0, 1);
    write(join(state, 'mail', file), '{}');
    expect(powerOn(sysroot)).toEqual(leftToBootStep);
  },
);

test('what it has put on trial is judged, and nothing else', () => {
  deployed(0, 1);
  write(join(state, 'mail', 'trials', `${commit}.1+3.json`), '{}');
  const judged = 'restart --no-block ostree-guest-assess@mail.service\n';
  const root = (serial: number) => join(sysroot, boot(serial));
  expect(powerOnWith({ BOOTS: root(1) }, sysroot).asked).toBe(leftToBootStep.asked + judged);
  expect(powerOnWith({ BOOTS: root(0) }, sysroot).asked).toBe(leftToBootStep.asked);
});

test('an assessment that systemd does not hear of, because it starts anew, is asked for again', () => {
  deployed(1, 1);
  write(join(state, 'mail/trials', `${commit}.1+1.json`), '{}');
  const flaky = `#!/bin/sh
echo "$*" >>'${asked}'
case $1 in
start) ln -sf '${join(sysroot, boot(1))}' '${link}' ;;
restart) mkdir '${join(work, 'heard')}' 2>/dev/null && exit 1 || exit 0 ;;
esac
`;
  write(join(bin, 'systemctl'), flaky);
  const judged = 'restart --no-block ostree-guest-assess@mail.service\n';
  expect(powerOn(sysroot).asked).toBe(leftToBootStep.asked + judged + judged);
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

test('its sysroot is closed to users of the host', () => {
  deployed(0, 1);
  powerOn(sysroot);
  expect(readFileSync(join(work, 'closed'), 'utf8')).toBe(`-d -o root -g root -m 700 ${sysroot}\n`);
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
