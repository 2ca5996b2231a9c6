// A start that loses power at any write: the next starts take it up, and an update that is never found healthy leaves the
// guest on what was good. The rule, what it reads and what it does are real, on files of a directory of their own.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { listDeployments } from '../../src/ostree/deployments.ts';
import { writeRollback } from '../../src/state/rollback-request.ts';
import { claimStaged, dropStaged, readClaimed, readStaged, writeStaged } from '../../src/state/staged.ts';
import { whatIsStaged } from '../../src/state/staged-update.ts';
import { beginTrial, readTrial } from '../../src/state/trial.ts';
import { followRule } from '../../src/steps/boot/decide-and-act.ts';
import { noHold } from '../../src/steps/hold-rule.ts';
import { commit, named } from './names.ts';
import { guestOf } from './read.ts';

/** How many writes there is power for; what somebody else does while a start deploys. */
const power = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY, work: '', meanwhile: () => {} }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const spend = () => {
    if (power.left <= 0) throw new Error('power cut');
    power.left -= 1;
  };
  const writing = ['renameSync', 'rmSync', 'mkdirSync', 'writeSync', 'writeFileSync'] as const;
  const gated = writing.map((name) => {
    const write = real[name] as (...args: unknown[]) => unknown;
    return [name, (...args: unknown[]) => [spend(), write(...args)][1]];
  });
  return { ...real, ...Object.fromEntries(gated) };
});
vi.mock('../../src/config/paths.ts', async (original) =>
  (await import('./state-in.ts')).stateIn(await original<object>(), () => join(power.work, 'state')),
);
vi.mock('../../src/steps/record-attempt.ts', () => ({ record: async () => undefined }));
// As OSTree does it: a directory, then an entry with the highest version.
vi.mock('../../src/ostree/sysroot.ts', () => ({
  deploy: async (_sysroot: string, _stateroot: string, { checksum }: { checksum: string }) => {
    deployed(checksum[0] ?? '');
    power.meanwhile();
  },
}));

power.work = mkdtempSync(join(tmpdir(), 'boot-cuts-'));
afterAll(() => rmSync(power.work, { recursive: true }));
const sysroot = join(power.work, 'sysroot');
const guest = guestOf(`[Guest]\nRef=site:x\nSysroot=${sysroot}\n[Update]\nTries=2\n`);

beforeEach(empty);

function empty(): void {
  power.left = Number.POSITIVE_INFINITY;
  power.meanwhile = () => {};
  for (const name of readdirSync(power.work)) rmSync(join(power.work, name), { recursive: true });
  mkdirSync(join(sysroot, 'boot/loader/entries'), { recursive: true });
}

const checksumOf = (letter: string) => commit(letter.repeat(64));
const nameOf = (letter: string) => named(`${checksumOf(letter)}.0`);

function deployed(letter: string): void {
  const root = `/ostree/deploy/mail/deploy/${nameOf(letter)}`;
  mkdirSync(join(sysroot, root), { recursive: true });
  const version = Math.max(0, ...listDeployments(sysroot).map(({ entry }) => entry.version)) + 1;
  const text = `title ${letter}\nversion ${version}\noptions ostree=${root}\n`;
  const file = join(sysroot, 'boot/loader/entries', `ostree-${letter}.conf`);
  writeFileSync(`${file}.new`, text);
  // What OSTree does in one step is one write here.
  const { left } = power;
  power.left = Number.POSITIVE_INFINITY;
  rmSync(file, { force: true });
  writeFileSync(file, text);
  rmSync(`${file}.new`);
  power.left = left;
}

const stage = (letter: string) =>
  writeStaged(guest.name, { checksum: checksumOf(letter), refspec: 'site:x', time: 0 });
const onTrial = (letter: string, fallback: string, left: number) =>
  beginTrial(guest.name, {
    deployment: nameOf(letter),
    fallback: nameOf(fallback),
    since: 0,
    tries: 2,
    left,
  });
const warnings: string[] = [];
const report = {
  step: () => undefined,
  progress: () => undefined,
  warn: (text: string) => void warnings.push(text),
};

/** Starts the guest; answers the letter of what it boots. */
const start = async () => (await followRule(guest, { isSafe: true, hold: noHold }, report))?.name[0];

const situations: Record<string, { make: () => void; ends: string }> = {
  'is created': { make: () => stage('a'), ends: 'a' },
  'has an update': {
    make: () => {
      deployed('a');
      stage('b');
    },
    ends: 'a',
  },
  'has an update, and more deployments than it keeps': {
    make: () => {
      for (const letter of ['a', 'b', 'c']) deployed(letter);
      stage('d');
    },
    ends: 'c',
  },
  'has an update over one that is on trial': {
    make: () => {
      for (const letter of ['a', 'b', 'c']) deployed(letter);
      onTrial('c', 'b', 1);
      stage('d');
    },
    ends: 'b',
  },
  'has failed': {
    make: () => {
      for (const letter of ['a', 'b']) deployed(letter);
      onTrial('b', 'a', 0);
    },
    ends: 'a',
  },
  'has failed, and has another update': {
    make: () => {
      for (const letter of ['a', 'b']) deployed(letter);
      onTrial('b', 'a', 0);
      stage('c');
    },
    ends: 'a',
  },
  'is to roll back': {
    make: () => {
      for (const letter of ['a', 'b', 'c']) deployed(letter);
      onTrial('c', 'b', 1);
      writeRollback(guest.name, { deployment: nameOf('a'), var: false, time: 0 });
    },
    ends: 'a',
  },
};

describe.each(Object.entries(situations))('a guest that %s', (_, { make, ends }) => {
  test('boots what was good, wherever its start lost power', async () => {
    let cuts = 0;
    for (let wasCut = true; wasCut; cuts += 1) {
      empty();
      make();
      power.left = cuts;
      await start();
      wasCut = power.left === 0;
      power.left = Number.POSITIVE_INFINITY;
      const booted: unknown[] = [];
      for (let starts = 0; starts < 4; starts += 1) booted.push(await start());
      expect(booted.at(-1), `after ${cuts} writes: ${booted.join(' ')}`).toBe(ends);
    }
    expect(cuts).toBeGreaterThan(5);
  });
});

test('what is deployed is put on trial, whatever is unstaged meanwhile', async () => {
  deployed('a');
  stage('b');
  power.meanwhile = () => dropStaged(guest.name);
  expect([await start(), await start(), await start()]).toEqual(['b', 'b', 'a']);
});

test('an update has all its tries', async () => {
  deployed('a');
  stage('b');
  expect([await start(), await start(), await start(), await start()]).toEqual(['b', 'b', 'a', 'a']);
});

test('a start does nothing where there is nothing to do', async () => {
  deployed('a');
  deployed('b');
  power.left = 0;
  warnings.length = 0;
  expect(await start()).toBe('b');
  expect(warnings).toEqual([]);
});

test('what is damaged keeps no guest from starting: a trial goes on by the name of its file', async () => {
  deployed('a');
  deployed('b');
  for (const file of ['staged.json', 'rollback.json', `trials/${nameOf('b')}+0.json`]) {
    mkdirSync(join(power.work, 'state/mail/trials'), { recursive: true });
    writeFileSync(join(power.work, 'state/mail', file), 'x');
  }
  warnings.length = 0;
  expect(await start()).toBe('a');
  expect(warnings.map((text) => /mail\/([^+ ]*)/.exec(text)?.[1])).toEqual(['rollback.json']);
});

test('what an interrupted start deployed does not come back after it was rolled back', async () => {
  for (const letter of ['a', 'b']) deployed(letter);
  stage('b');
  claimStaged(guest.name);
  writeRollback(guest.name, { deployment: nameOf('a'), var: false, time: 0 });
  expect(await start()).toBe('a');
  expect(await start()).toBe('a');
  expect(readStaged(guest.name)).toBeUndefined();
});

test('what an interrupted start deployed is not staged any more', () => {
  for (const letter of ['a', 'b']) deployed(letter);
  stage('b');
  claimStaged(guest.name);
  expect(readStaged(guest.name)?.checksum).toBe(checksumOf('b'));
  expect(whatIsStaged(guest)).toBeUndefined();
  stage('c');
  expect(whatIsStaged(guest)?.checksum).toBe(checksumOf('c'));
});

test('a deployment is on trial, even if a key of the guest cannot be kept', async () => {
  deployed('a');
  const etc = (letter: string) => join(sysroot, `/ostree/deploy/mail/deploy/${nameOf(letter)}/etc/ssh`);
  mkdirSync(etc('a'), { recursive: true });
  writeFileSync(join(etc('a'), 'ssh_host_rsa_key'), 'of the old tree');
  // In its way, so that the copy cannot be made.
  mkdirSync(join(etc('b'), 'ssh_host_rsa_key', 'x'), { recursive: true });
  stage('b');
  expect(await start()).toBe('b');
  expect(readTrial(guest.name, nameOf('b'))).toMatchObject({ tries: 2, left: 1 });
  expect(readClaimed(guest.name)).toBeUndefined();
  expect(warnings.join()).toContain('ssh_host_rsa_key');
});

test('an update over what an interrupted start deployed keeps the keys, too', async () => {
  for (const letter of ['a', 'b']) deployed(letter);
  const etc = (letter: string) => join(sysroot, `/ostree/deploy/mail/deploy/${nameOf(letter)}/etc/ssh`);
  for (const letter of ['a', 'b', 'c']) mkdirSync(etc(letter), { recursive: true });
  writeFileSync(join(etc('a'), 'ssh_host_rsa_key'), 'of the old tree');
  stage('b');
  claimStaged(guest.name);
  stage('c');
  expect(await start()).toBe('c');
  expect(readFileSync(join(etc('c'), 'ssh_host_rsa_key'), 'utf8')).toBe('of the old tree');
});
