// State files: whatever is in one, the program reads a value of the right type, or says what is wrong and what that means.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { markers } from '../../src/state/markers.ts';
import { readRejection, reject } from '../../src/state/rejected.ts';
import { readRollback, writeRollback } from '../../src/state/rollback-request.ts';
import { readSeen, writeSeen } from '../../src/state/seen-deployments.ts';
import {
  claimStaged,
  dropStaged,
  dropUndeployed,
  readClaimed,
  readStaged,
  writeStaged,
} from '../../src/state/staged.ts';
import { DamagedState, type StateFile } from '../../src/state/state-file.ts';
import {
  buildResultFile,
  damagedState,
  followedFile,
  publishedFile,
  stateFiles,
} from '../../src/state/state-files.ts';
import { beginTrial, countTry, fallbackOf, readTrial } from '../../src/state/trial.ts';
import { failsAgain, filesIn, readUndeployed, rememberUndeployed } from '../../src/state/undeployed.ts';
import { commit as commitOf, named } from './names.ts';
import { guestOf } from './read.ts';

const { root } = vi.hoisted(() => ({ root: { path: '' } }));
vi.mock('../../src/config/paths.ts', async (original) =>
  (await import('./state-in.ts')).stateIn(await original<object>(), () => root.path),
);
beforeEach(() => {
  root.path = mkdtempSync(join(tmpdir(), 'state-'));
});
afterEach(() => rmSync(root.path, { recursive: true }));

const commit = commitOf('a'.repeat(64));
const deployment = named(`${commit}.0`);
const staged = {
  checksum: commit,
  refspec: 'site:debian',
  time: 1,
  version: '12.1',
  uptime: { boot: 'a', elapsed: 5 },
};

/** What is right for each kind, without a number: such a file was written by the version before there were numbers. */
const right: Readonly<Record<keyof typeof stateFiles, object>> = {
  staged,
  claimed: { checksum: commit, refspec: 'site:debian', time: 1.5 },
  rollback: { deployment, var: false, time: 1 },
  trial: { deployment, fallback: named(`${commit}.1`), since: 1, tries: 2 },
  rejected: { checksum: commit, reason: 'bad.service failed', time: 1 },
  refused: { attempt: 'abc', rejected: commit, time: 1 },
  packagesInside: { install: ['vim'], remove: [] },
  undeployed: {
    checksum: commit,
    content: 'sha256:1',
    reason: 'it cannot merge',
    remedy: 'Rename it',
    time: 1,
    etc: ['f a'],
    free: { bytes: 1, files: 2 },
  },
  baseline: { failedUnits: ['bad.service'] },
  rehearsed: { checksum: commit },
  released: { checksum: commit, withoutLock: true },
  lockWish: { checksum: commit, trigger: 'timer' },
  lock: { url: 'https://lock', group: 'default', id: 'f'.repeat(32), isHeld: true, since: 1, fault: 'x' },
  lockRefusal: { checksum: commit, kind: 'full', reason: 'no lock is free', since: 1 },
  seen: [deployment],
};
const kinds = Object.entries(stateFiles).map(
  ([key, kind]) => [key as keyof typeof stateFiles, kind as StateFile<object>] as const,
);
const entry = commit;

function put(kind: StateFile<object>, content: string | Buffer): string {
  const file = kind.path('mail', entry);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

describe.each(kinds)('%s', (key, kind) => {
  const json = JSON.stringify(right[key]);

  test('a file of the version before reads as format 1, and comes back as it was written', () => {
    put(kind, json);
    const found = kind.look('mail', entry);
    expect(found).toMatchObject({ value: key === 'seen' ? { deployments: right[key] } : right[key] });
    if (!found || !('value' in found)) throw new Error('no value');
    kind.write('mail', found.value, entry);
    expect(kind.look('mail', entry)).toEqual(found);
    expect(JSON.parse(readFileSync(kind.path('mail', entry), 'utf8'))['format']).toBe(kind.definition.format);
    kind.remove('mail', entry);
    expect(kind.look('mail', entry)).toBeUndefined();
  });

  test.each([
    ['truncated', json.slice(0, -2), 'it is not JSON'],
    ['empty', '', 'it is empty'],
    ['blank', '\n\n', 'it is empty'],
    ['zeros, as after a power cut on some file systems', Buffer.alloc(64), 'it is not JSON'],
    ['binary', Buffer.from([0xff, 0xfe, 0x00, 0x7b, 0x80]), 'it is not JSON'],
    ['a number', '1', 'it is not a JSON object'],
    ['null', 'null', 'it is not a JSON object'],
    ['an object with nothing in it', '{}', /^"\w+" is missing$/],
    ['a text for a number', JSON.stringify({ format: '1' }), '"format" is not a format number'],
    ['larger than any such file', Buffer.alloc(3 << 20, 32), 'it is not a text file'],
  ])('%s: damaged', (_, content, what) => {
    const file = put(kind, content);
    const found = kind.look('mail', entry);
    if (!found || !('damage' in found)) throw new Error('it was read');
    const { message, remedy, isNewer } = found.damage;
    expect([isNewer, remedy]).toEqual([false, `Remove it: rm ${file}`]);
    expect(message.replace(`. ${kind.definition.ifDamaged}`, '')).toMatch(
      typeof what === 'string' ? `${file} is damaged: ${what}` : /is missing$/,
    );
    expect(damagedState('mail')).toEqual([found.damage]);
  });

  test('each field is missed, and each of another type is noticed', () => {
    if (key === 'seen') return;
    const optional = ['version', 'uptime', 'content', 'free', 'withoutLock', 'fault'];
    for (const field of Object.keys(right[key])) {
      put(kind, JSON.stringify({ ...right[key], [field]: { of: 'another type' } }));
      expect([field, kind.damage('mail')]).toMatchObject([
        field,
        [{ message: expect.stringContaining(`"${field}" is not`) }],
      ]);
      put(kind, JSON.stringify({ ...right[key], [field]: undefined }));
      expect([field, kind.damage('mail').length]).toEqual([field, optional.includes(field) ? 0 : 1]);
    }
  });

  test('a pipe is not waited for', () => {
    const file = put(kind, '');
    rmSync(file);
    execFileSync('mkfifo', [file]);
    expect(kind.damage('mail')).toMatchObject([
      { message: expect.stringContaining('it is not a text file') },
    ]);
  });

  test('of a newer version: nothing reads, replaces or removes it', () => {
    const newer = JSON.stringify({ ...right[key], format: kind.definition.format + 1 });
    const file = put(kind, newer);
    const refusal = expect.objectContaining({
      message: expect.stringContaining(`${file} was written by a newer version of ostree-guests (format `),
      remedy: 'Update the package: ostree-guests',
    });
    expect(() => kind.read('mail', entry)).toThrow(refusal);
    expect(() => kind.write('mail', right[key], entry)).toThrow(refusal);
    expect(() => kind.remove('mail', entry)).toThrow(refusal);
    expect(readFileSync(file, 'utf8')).toBe(newer);
    expect(damagedState('mail')).toMatchObject([{ isNewer: true, file }]);
  });
});

test('a guest without state has no damage', () => {
  expect(damagedState('mail')).toEqual([]);
  expect(readStaged('mail')).toBeUndefined();
  dropStaged('mail');
});

describe('what is done with damage', () => {
  test('what is staged counts as missing, and the next update replaces it', () => {
    put(stateFiles.staged, '{"checksum":');
    expect(readStaged('mail')).toBeUndefined();
    claimStaged('mail');
    expect(readClaimed('mail')).toBeUndefined();
    writeStaged('mail', staged);
    claimStaged('mail');
    expect(readClaimed('mail')).toEqual(staged);
    dropUndeployed('mail', staged.checksum);
    expect(readClaimed('mail')).toEqual(staged);
    writeStaged('mail', staged);
    dropUndeployed('mail', 'f'.repeat(64));
    expect(readStaged('mail')).toBeUndefined();
    writeStaged('mail', staged);
    claimStaged('mail');
    expect(damagedState('mail')).toEqual([]);
  });

  test('a rollback that was asked for is not passed over, and can be asked for again', () => {
    put(stateFiles.rollback, '{}');
    expect(() => readRollback('mail')).toThrow(DamagedState);
    writeRollback('mail', { deployment, var: false, time: 1 });
    expect(readRollback('mail')).toMatchObject({ deployment });
  });

  test('a commit stays rejected', () => {
    const file = put(stateFiles.rejected, '');
    expect(readRejection('mail', commit)).toMatchObject({
      checksum: commit,
      reason: `why is not known, because ${file} is damaged`,
    });
    reject('mail', commit, 'it failed again');
    expect(readRejection('mail', commit)).toMatchObject({ reason: 'it failed again' });
  });

  test('a trial goes on: the name of its file has the deployment and the tries that are left', () => {
    beginTrial('mail', { deployment, fallback: named(`${commit}.1`), since: 1, tries: 3, left: 3 });
    writeFileSync(`${root.path}/mail/trials/${deployment}+3.json`, 'x');
    const trial = readTrial('mail', deployment);
    if (!trial) throw new Error('the trial has ended');
    expect(trial).toMatchObject({ deployment, fallback: undefined, tries: 3, left: 3 });
    countTry('mail', trial);
    expect(readTrial('mail', deployment)).toMatchObject({ left: 2 });
    const list = [deployment, `${commit}.2`, `${commit}.1`].map((name) => ({ name: named(name) }));
    expect(fallbackOf(trial, list)).toBe(list[1]);
    expect(fallbackOf({ ...trial, fallback: named(`${commit}.1`) }, list)).toBe(list[2]);
  });

  test('a list of deployments from before there were numbers is taken over', () => {
    put(stateFiles.seen, JSON.stringify([deployment]));
    expect(readSeen('mail')).toEqual([deployment]);
    writeSeen('mail', [deployment]);
    expect(readFileSync(stateFiles.seen.path('mail'), 'utf8')).toBe(
      `{"format":2,"deployments":["${deployment}"]}\n`,
    );
  });
});

test('docs/design.md names each state file, and says what is done if it is damaged', () => {
  const rows = readFileSync('docs/design.md', 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const patternOf = (cell = '') => /^`([\w./+-]+\.jsonl?|places\/NAME)`$/.exec(cell)?.[1];
  const pattern = (name: string) => name.replace(/[A-Z][A-Z+]*/, '*');
  const named = rows.map(([, name]) => patternOf(name)).filter((name) => name !== undefined);
  const kinds = [...Object.values(stateFiles), buildResultFile, followedFile, publishedFile].map(
    ({ definition }) => definition,
  );
  expect(
    new Set(named.map(pattern)),
    'Add or remove rows of docs/design.md, "State" and "Damaged state files"',
  ).toEqual(
    new Set([...kinds.map(({ name }) => name), ...Object.keys(markers), 'history/*.jsonl', 'places/*']),
  );
  for (const { name, format, ifDamaged } of kinds)
    expect(
      rows.some(
        ([, file = '', number, says]) =>
          pattern(patternOf(file) ?? '') === name && number === String(format) && says === ifDamaged,
      ),
      `Write into docs/design.md, "Damaged state files": | \`${name}\` | ${format} | ${ifDamaged} |`,
    ).toBe(true);
});

test('what the file system cannot read is damaged, and keeps no guest from starting', () => {
  mkdirSync(join(root.path, 'mail'), { recursive: true });
  // Reading a directory in it fails, as it does on a bad disk.
  writeFileSync(join(root.path, 'mail', 'trials'), 'a file');
  mkdirSync(stateFiles.baseline.path('mail'));
  const files = damagedState('mail').map(({ file }) => file);
  expect(files).toContain(stateFiles.baseline.path('mail'));
});

test('the list of a large /etc stays below what is read of a state file, special files first', async () => {
  const path = join(root.path, 'deployment');
  const etc = join(path, 'etc');
  mkdirSync(etc, { recursive: true });
  const guest = guestOf('[Guest]\nRef=site:x\n[Remote]\nURL=file:///srv\n');
  const long = 'x'.repeat(200);
  for (let at = 0; at < 4000; at += 1) writeFileSync(join(etc, `${long}${at}`), '');
  execFileSync('mkfifo', [join(etc, 'zz-pipe')]);
  writeStaged('mail', staged);
  await rememberUndeployed(guest, { path }, 'etc', { checksum: commit, reason: 'x', remedy: 'y' });
  const undeployed = readUndeployed(guest);
  expect(undeployed?.etc).toContain('p zz-pipe');
  expect(JSON.stringify(undeployed).length).toBeLessThan(1 << 20);
  const none = { bytes: 0, files: 0 };
  const now = { etc: await filesIn(etc), free: none, takes: none };
  expect(undeployed && failsAgain(undeployed, now)).toBe(true);
});
