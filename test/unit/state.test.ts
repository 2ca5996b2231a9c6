// What the files of a guest's state mean together: trials, what is staged and what was rejected, and the histories.
// state-files.test.ts has what may be wrong with each file.
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DiskSpace } from '../../src/host/disk-room.ts';
import { Failure } from '../../src/host/failure.ts';
import type { JournalFields } from '../../src/host/journal.ts';
import { commitObject } from '../../src/ostree/commit-object.ts';
import { containerOf, entryOf, variantAlignment } from '../../src/ostree/gvariant.ts';
import { repositoryOf } from '../../src/ostree/repository.ts';
import { type Attempt, attemptFields, attemptLine } from '../../src/state/attempts.ts';
import { readResult, writeResult } from '../../src/state/build-result.ts';
import { guestIn, requireBuild, requireGuest, requireGuestName } from '../../src/state/declared.ts';
import { follow, followedSince, readFollowed, treeOf } from '../../src/state/followed.ts';
import { appendLine, historyOf } from '../../src/state/history.ts';
import { isMarked, mark, unmark } from '../../src/state/markers.ts';
import { readMirrorResult, writeMirrorResult } from '../../src/state/mirror-result.ts';
import { lastAttempt, readPast } from '../../src/state/past-attempts.ts';
import { publishedDamage, readPublished, recordedRefs, writePublished } from '../../src/state/published.ts';
import {
  forgive,
  noteContent,
  readRejection,
  reject,
  rejectedCommits,
  skippedWords,
} from '../../src/state/rejected.ts';
import { complain, serviceReport } from '../../src/state/report.ts';
import { lastSuccessOf } from '../../src/state/run-result.ts';
import {
  claimStaged,
  dropStaged,
  dropUndeployed,
  readClaimed,
  readStaged,
  readWaiting,
  releaseStaged,
  replaceWaiting,
  writeStaged,
} from '../../src/state/staged.ts';
import { stagedHere, whatIsStaged } from '../../src/state/staged-update.ts';
import { unlessDamaged } from '../../src/state/state-file.ts';
import {
  buildResultFile,
  damagedState,
  followedFile,
  presentState,
  publishedFile,
  stateFiles,
} from '../../src/state/state-files.ts';
import {
  beginTrial,
  countTry,
  endTrial,
  endTrials,
  fallbackOf,
  readTrial,
  uncountTry,
} from '../../src/state/trial.ts';
import {
  failsAgain,
  filesIn,
  forgetUndeployed,
  readUndeployed,
  rememberUndeployed,
  type Suspect,
} from '../../src/state/undeployed.ts';
import { isUnshared, noteUnconfined, noteUnshared, wasUnconfined } from '../../src/state/unshared.ts';
import { commit as commitOf, named } from './names.ts';
import { guestOf } from './read.ts';
import { synced } from './synced-files.ts';

const { work, journal, programs, disk } = await vi.hoisted(async () => {
  const { mkdtempSync } = await import('node:fs');
  const work = mkdtempSync('/tmp/state-of-guests-');
  return {
    work,
    journal: { entries: [] as JournalFields[], matches: [] as string[] },
    programs: [] as string[][],
    disk: { fault: undefined as unknown },
  };
});
vi.mock('node:fs', async (original) => (await import('./synced-files.ts')).recordSynced(original));
const state = `${work}/state`;
const config = `${work}/config`;
vi.mock('../../src/config/paths.ts', async (original) => ({
  ...(await original<object>()),
  stateDirectory: `${work}/state`,
  stateOf: (guest: string) => `${work}/state/${guest}`,
  configDirectory: `${work}/config`,
  vendorDirectory: `${work}/none`,
  runtimeDirectory: `${work}/none`,
  guestFileOf: (guest: string) => `${work}/config/${guest}.guest`,
  buildFileOf: (build: string) => `${work}/config/${build}.build`,
}));
vi.mock('../../src/host/journal.ts', async (original) => ({
  ...(await original<object>()),
  readEntries: async (matches: string[]) => {
    journal.matches = matches;
    return journal.entries;
  },
}));
vi.mock('../../src/host/node-files.ts', async (original) => {
  const real = await original<typeof import('../../src/host/node-files.ts')>();
  return {
    ...real,
    readRegularFile: (file: string) => {
      if (disk.fault !== undefined) throw disk.fault;
      return real.readRegularFile(file);
    },
  };
});
vi.mock('../../src/host/process.ts', async (original) => {
  const real = await original<typeof import('../../src/host/process.ts')>();
  return {
    ...real,
    run: (file: string, args: string[]) => {
      programs.push([file, ...args]);
      return real.run(file, args);
    },
  };
});
beforeEach(() => {
  mkdirSync(config, { recursive: true });
  mkdirSync(`${state}/mail`, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const name of readdirSync(work)) rmSync(join(work, name), { recursive: true });
  Object.assign(journal, { entries: [], matches: [] });
  programs.length = 0;
  synced.length = 0;
  disk.fault = undefined;
});
afterAll(() => rmSync(work, { recursive: true }));

const commit = (letter: string) => commitOf(letter.repeat(64));
const deployment = (letter: string) => named(`${commit(letter)}.0`);
const staged = (letter: string) => ({
  checksum: commit(letter),
  refspec: 'site:x',
  time: 1,
  version: undefined,
});

test.each([
  ['the first run succeeds', [{ ended: 1 }], 1],
  ['the first run fails', [{ ended: 1, failure: 'x' }], undefined],
  ['one fails after one that succeeded', [{ ended: 1 }, { ended: 2, failure: 'x' }], 1],
  ['many fail', [{ ended: 1 }, { ended: 2, failure: 'x' }, { ended: 3, failure: 'x' }], 1],
  ['one succeeds again', [{ ended: 1 }, { ended: 2, failure: 'x' }, { ended: 3 }], 3],
])('when a build or a mirror last succeeded: %s', (_, results, expected) => {
  for (const result of results) {
    writeMirrorResult('site', result);
    writeResult('debian', { definition: '', ...result });
  }
  expect([lastSuccessOf(readMirrorResult('site')), lastSuccessOf(readResult('debian'))]).toEqual([
    expected,
    expected,
  ]);
});

describe('a trial', () => {
  const trial = (letter: string, left = 2) => ({
    deployment: deployment(letter),
    fallback: deployment('a'),
    since: 1,
    tries: 2,
    left,
  });
  const read = (letter: string) => readTrial('mail', deployment(letter));

  test('comes back as it was begun, and is that of one deployment', () => {
    expect(readTrial('mail', undefined)).toBeUndefined();
    beginTrial('mail', trial('b'));
    expect(read('b')).toEqual(trial('b'));
    expect(read('c')).toBeUndefined();
    expect(readTrial('mail', undefined)).toBeUndefined();
  });

  test('each start takes one try', () => {
    beginTrial('mail', trial('b'));
    countTry('mail', trial('b'));
    expect(read('b')).toEqual(trial('b', 1));
    countTry('mail', trial('b', 1));
    expect(read('b')).toEqual(trial('b', 0));
  });

  test('a try that was taken is on disk', () => {
    beginTrial('mail', trial('b'));
    synced.length = 0;
    countTry('mail', trial('b'));
    expect(synced).toEqual([dirname(stateFiles.trial.path('mail', 'x'))]);
  });

  test('that has ended meanwhile is none', () => {
    vi.spyOn(stateFiles.trial, 'entries').mockReturnValue([`${deployment('b')}+2`]);
    expect(read('b')).toBeUndefined();
  });

  test('a try comes back, but never more than there were', () => {
    beginTrial('mail', trial('b', 1));
    uncountTry('mail', trial('b', 1));
    expect(read('b')).toEqual(trial('b', 2));
    uncountTry('mail', trial('b', 2));
    expect(read('b')).toEqual(trial('b', 2));
  });

  test.each([
    ['0', 0, 1],
    ['1', 1, 1],
    ['3', 3, 3],
    ['many', 0, 1],
  ])('of a damaged file with %s tries left: it has %i of %i', (name, left, tries) => {
    const file = stateFiles.trial.path('mail', `${deployment('b')}+${name}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '{');
    utimesSync(file, 5, 5);
    expect(read('b')).toEqual({ deployment: deployment('b'), fallback: undefined, since: 5000, tries, left });
  });

  test.each([
    ['create done a', 'a'],
    ['create done a, switch blessed b', 'b'],
    ['switch blessed b, rollback done a', 'a'],
    ['switch blessed a, rehearse done b, update staged b, switch failed b', 'a'],
    ['', undefined],
  ])('of a damaged file goes back to what was healthy by the history: %j', (lines, letter) => {
    for (const line of lines.split(', ').filter(Boolean)) {
      const [action, outcome, to = ''] = line.split(' ') as [Attempt['action'], Attempt['outcome'], string];
      const attempt = { action, outcome, to: commit(to), trigger: 'start', seconds: 1, message: '' } as const;
      appendLine(historyOf('mail'), attemptLine({ guest: 'mail', ...attempt }));
    }
    const file = stateFiles.trial.path('mail', `${deployment('c')}+1`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '{');
    expect(read('c')?.lastHealthy).toBe(letter && commit(letter));
  });

  test('one ends without the others', () => {
    for (const letter of ['b', 'c', 'd']) beginTrial('mail', trial(letter));
    endTrial('mail', deployment('b'));
    expect([read('b'), read('c')?.left, read('d')?.left]).toEqual([undefined, 2, 2]);
  });

  test('all end but those that are named', () => {
    for (const letter of ['b', 'c', 'd', 'e']) beginTrial('mail', trial(letter));
    endTrials('mail', deployment('c'), deployment('e'));
    expect(['b', 'c', 'd', 'e'].filter(read)).toEqual(['c', 'e']);
    endTrials('mail');
    expect(['c', 'e'].filter(read)).toEqual([]);
  });

  const damaged = (letter: string) => ({ ...trial('b'), fallback: undefined, lastHealthy: commit(letter) });
  const list = ['b', 'c', 'a'].map((letter) => ({ name: deployment(letter) }));
  const again = [deployment('b'), deployment('c'), named(`${commit('b')}.1`)].map((name) => ({ name }));
  test.each([
    ['the one in its file', trial('b'), list, 'a'],
    ['the one in its file, which is gone', trial('b'), list.slice(0, 2), undefined],
    ['the next one in the list, if its file is damaged', { ...trial('b'), fallback: undefined }, list, 'c'],
    ['what was healthy, if its file is damaged', damaged('a'), list, 'a'],
    ['the next one in the list, if what was healthy is gone', damaged('f'), list, 'c'],
    ['an older deployment of its own commit', damaged('b'), again, 'b'],
    ['none, if it is the last one', { ...trial('a'), fallback: undefined }, list, undefined],
  ])('goes back to %s', (_, of, deployments, letter) => {
    const name = fallbackOf(of, deployments)?.name;
    expect(name?.replace('.1', '.0')).toBe(letter && deployment(letter));
    expect(name).not.toBe(of.deployment);
  });
});

describe('what is staged', () => {
  test('waits, is claimed by a start, and is released', () => {
    expect(readStaged('mail')).toBeUndefined();
    claimStaged('mail');
    expect(readClaimed('mail')).toBeUndefined();
    writeStaged('mail', staged('b'));
    expect([readWaiting('mail'), readClaimed('mail')]).toEqual([staged('b'), undefined]);
    claimStaged('mail');
    expect([readWaiting('mail'), readClaimed('mail')]).toEqual([undefined, staged('b')]);
    expect(readStaged('mail')).toEqual(staged('b'));
    writeStaged('mail', staged('c'));
    expect(readStaged('mail')).toEqual(staged('c'));
    releaseStaged('mail');
    expect([readWaiting('mail'), readClaimed('mail')]).toEqual([staged('c'), undefined]);
  });

  test.each<[title: string, meanwhile: () => void, isDeployed: boolean, left: (string | undefined)[]]>([
    ['nothing', () => undefined, false, ['d', undefined]],
    ['a start that claims it', () => claimStaged('mail'), false, [undefined, 'b']],
    ['a start that has deployed it', () => dropStaged('mail'), true, [undefined, undefined]],
  ])('gets another time, beside %s', (_, meanwhile, isDeployed, [waits, claimed]) => {
    writeStaged('mail', staged('b'));
    meanwhile();
    const later = { ...staged('b'), refspec: 'd' };
    replaceWaiting('mail', later, () => isDeployed);
    expect([readWaiting('mail'), readClaimed('mail')]).toEqual([waits && later, claimed && staged('b')]);
  });

  test('is dropped, claimed or not', () => {
    writeStaged('mail', staged('b'));
    claimStaged('mail');
    writeStaged('mail', staged('c'));
    dropStaged('mail');
    expect(readStaged('mail')).toBeUndefined();
  });

  test.each([
    ['b', 'b'],
    ['a', undefined],
    [undefined, undefined],
  ])('is dropped, but for what a start has just deployed: %s', (deployed, kept) => {
    writeStaged('mail', staged('b'));
    claimStaged('mail');
    writeStaged('mail', staged('c'));
    dropUndeployed('mail', deployed && commit(deployed));
    expect(readStaged('mail')?.checksum).toBe(kept && commit(kept));
  });

  const sysroot = `${work}/sysroot`;
  const text = `[Guest]\nRef=site:x\nSysroot=${sysroot}\n[Remote]\nURL=file:///srv\n`;
  const byHost = () => guestOf(text);
  const byItself = () => guestOf(`${text}[Update]\nBy=rpm-ostree\n`);
  const list = [{ name: deployment('a'), checksum: commit('a') }];

  test('is what waits, unless it is deployed already', () => {
    expect(stagedHere(byHost(), list)).toBeUndefined();
    writeStaged('mail', staged('b'));
    expect(stagedHere(byHost(), list)).toEqual(staged('b'));
    expect(stagedHere(byHost(), [])).toEqual(staged('b'));
    writeStaged('mail', staged('a'));
    expect(stagedHere(byHost(), list)).toBeUndefined();
  });

  test('by the guest itself is the deployment outside of the boot list', () => {
    expect(whatIsStaged(byItself(), list)).toBeUndefined();
    const directory = `${sysroot}/ostree/deploy/mail/deploy`;
    for (const letter of ['a', 'b']) mkdirSync(`${directory}/${deployment(letter)}`, { recursive: true });
    writeFileSync(`${directory}/${deployment('b')}.origin`, '[origin]\nrefspec=site:x\n');
    writeFileSync(`${directory}/${deployment('a')}.origin`, '[origin]\nrefspec=site:old\n');
    utimesSync(`${directory}/${deployment('b')}`, 5, 5);
    expect(whatIsStaged(byItself(), list)).toEqual({ checksum: commit('b'), refspec: 'site:x', time: 5000 });
    expect(whatIsStaged(byHost(), list)).toBeUndefined();
    rmSync(`${directory}/${deployment('b')}.origin`);
    expect(whatIsStaged(byItself(), list)?.refspec).toBe('');
    writeStaged('mail', staged('c'));
    expect(whatIsStaged(byItself(), list)).toEqual(staged('c'));
  });
});

describe('an update that could not be deployed', () => {
  const path = `${work}/deployment`;
  const etc = `${path}/etc`;
  const failure = { checksum: commit('b'), reason: 'it cannot merge', remedy: 'Rename it' };
  const sysroot = `${work}/sysroot`;
  const text = `[Guest]\nRef=site:x\nSysroot=${sysroot}\n[Remote]\nURL=file:///srv\n`;
  const guest = () => guestOf(text);
  const remember = (suspect: Suspect = 'etc') => rememberUndeployed(guest(), { path }, suspect, failure);
  const space = (bytes: number, files = bytes) => ({ bytes, files });
  const none = space(0);

  test('is that of what is staged', async () => {
    mkdirSync(etc, { recursive: true });
    await remember();
    expect(readUndeployed(guest())).toBeUndefined();
    writeStaged('mail', staged('b'));
    expect(readUndeployed(guest())).toMatchObject(failure);
    writeStaged('mail', staged('c'));
    expect(readUndeployed(guest())).toBeUndefined();
    writeStaged('mail', staged('b'));
    forgetUndeployed('mail');
    expect(readUndeployed(guest())).toBeUndefined();
  });

  /** An object of a commit without a parent, or with one, and a text in its metadata. */
  const putCommit = (letter: string, parent: string, key: string, value: string) => {
    const member = Buffer.concat([Buffer.from(value), Buffer.from('\0\0s')]);
    const metadata = containerOf([entryOf(key, member)], variantAlignment);
    const above = Buffer.from(parent, 'hex');
    const ends = [metadata.length + above.length, metadata.length].flatMap((end) => [end & 255, end >> 8]);
    const file = commitObject(repositoryOf(sysroot), commit(letter));
    mkdirSync(dirname(file), { recursive: true });
    // Long enough that positions take two bytes.
    const rest = Buffer.alloc(300);
    writeFileSync(file, Buffer.concat([metadata, above, rest, Buffer.from(ends)]));
  };

  test.each<[title: string, staged: string | undefined, isAbout: boolean]>([
    ['that commit', 'b', true],
    ['the same packages over the same commit', 'c', true],
    ['the same packages over another commit', 'd', false],
    ['other packages', 'e', false],
    ['a commit that is not known', 'f', false],
    ['nothing, because OSTree dropped it', undefined, true],
  ])('is, if the guest manages itself, also that of the same content: %s', async (_, letter, isAbout) => {
    const byItself = guestOf(`${text}[Update]\nBy=rpm-ostree\n`);
    mkdirSync(etc, { recursive: true });
    const key = 'rpmostree.state-sha512';
    for (const [name, parent, packages] of [
      ['b', '1', 'x'],
      ['c', '1', 'x'],
      ['d', '2', 'x'],
      ['e', '1', 'y'],
    ] as const)
      putCommit(name, parent.repeat(64), key, packages);
    await rememberUndeployed(byItself, { path }, 'etc', failure);
    const found = readUndeployed(byItself, letter === undefined ? undefined : { checksum: commit(letter) });
    expect(found !== undefined).toBe(isAbout);
  });

  test('is that of one commit, if nothing is known of its content', async () => {
    mkdirSync(etc, { recursive: true });
    const byItself = guestOf(`${text}[Update]\nBy=rpm-ostree\n`);
    await rememberUndeployed(byItself, { path }, 'etc', failure);
    expect(readUndeployed(byItself, { checksum: commit('b') })).toMatchObject(failure);
    expect(readUndeployed(byItself, { checksum: commit('c') })).toBeUndefined();
  });

  test('is that of an image by its digest', async () => {
    mkdirSync(etc, { recursive: true });
    const byItself = guestOf(`${text}[Update]\nBy=rpm-ostree\n`);
    for (const letter of ['b', 'c']) putCommit(letter, '', 'ostree.manifest-digest', 'sha256:1');
    await rememberUndeployed(byItself, { path }, 'etc', failure);
    expect(readUndeployed(byItself, { checksum: commit('c') })).toMatchObject({ content: 'sha256:1' });
  });

  test.each<[title: string, change: () => unknown, fails: boolean]>([
    ['nothing', () => undefined, true],
    ['a file more', () => writeFileSync(`${etc}/more`, ''), true],
    ['the content of a file', () => writeFileSync(`${etc}/file`, 'other'), true],
    ['a file less', () => rmSync(`${etc}/file`), false],
    ['a link for a file', () => [rmSync(`${etc}/file`), symlinkSync('x', `${etc}/file`)], false],
    ['all', () => rmSync(etc, { recursive: true }), false],
  ])('fails again after a change of %s: see the type and the names', async (_, change, fails) => {
    mkdirSync(`${etc}/directory`, { recursive: true });
    for (const name of ['file', 'directory/file']) writeFileSync(`${etc}/${name}`, '');
    writeStaged('mail', staged('b'));
    await remember();
    const undeployed = readUndeployed(guest());
    expect(undeployed?.etc).toHaveLength(3);
    expect(undeployed?.free).toBeUndefined();
    change();
    const now = { etc: await filesIn(etc), free: none, takes: none };
    expect(undeployed && failsAgain(undeployed, now)).toBe(fails);
  });

  test.each<[title: string, suspect: Suspect, changed: boolean, free: DiskSpace, fails: boolean]>([
    ['a full disk', 'disk', false, space(100), true],
    ['a full disk, and /etc has changed', 'disk', true, space(109), true],
    ['a full disk, which has room for a deployment more', 'disk', false, space(110, 0), false],
    ['no inodes, and there are as many more as a deployment takes', 'disk', false, space(0, 110), false],
    ['/etc, and the disk has room now', 'etc', false, space(1000), true],
  ])('fails again for %s', async (_, suspect, changed, free, fails) => {
    mkdirSync(etc, { recursive: true });
    writeFileSync(`${etc}/file`, '');
    writeStaged('mail', staged('b'));
    await remember(suspect);
    const undeployed = readUndeployed(guest());
    expect([undeployed?.etc.length, undeployed?.free !== undefined]).toEqual(
      suspect === 'etc' ? [1, false] : [0, true],
    );
    const found = { ...failure, time: 0, etc: undeployed?.etc ?? [] };
    const then = suspect === 'etc' ? found : { ...found, free: space(100) };
    const now = { etc: changed ? [] : ['f file'], free, takes: space(10) };
    expect(failsAgain(then, now)).toBe(fails);
  });

  test('a large /etc is remembered as far as 512 kB go, and links before files', async () => {
    mkdirSync(etc, { recursive: true });
    // Each takes 256 bytes in the list.
    const nameOf = (number: number) => String(number).padStart(251, '0');
    for (let number = 0; number < 2048; number += 1) writeFileSync(`${etc}/${nameOf(number)}`, '');
    symlinkSync('x', `${etc}/${nameOf(2048)}`);
    writeStaged('mail', staged('b'));
    await remember();
    const list = readUndeployed(guest())?.etc ?? [];
    expect(list).toHaveLength(2048);
    expect(list[0]).toBe(`l ${nameOf(2048)}`);
  });
});

describe('a rejected commit', () => {
  test('is forgiven one by one', () => {
    reject('mail', commit('a'), 'it fell');
    reject('mail', commit('b'), 'it broke');
    writeFileSync(stateFiles.rejected.path('mail', 'note'), '{}');
    expect(rejectedCommits('mail').map(({ checksum, reason }) => [checksum, reason])).toEqual([
      [commit('a'), 'it fell'],
      [commit('b'), 'it broke'],
    ]);
    forgive('mail', commit('a'));
    expect([readRejection('mail', commit('a')), rejectedCommits('mail').length]).toEqual([undefined, 1]);
    expect(rejectedCommits('web')).toEqual([]);
    // Forgiven while the list is read.
    vi.spyOn(stateFiles.rejected, 'entries').mockReturnValue([commit('c')]);
    expect(rejectedCommits('mail')).toEqual([]);
  });

  test('keeps the name of its content when it is rejected again', () => {
    noteContent('mail', commit('a'), 'same');
    expect(readRejection('mail', commit('a'))).toBeUndefined();
    reject('mail', commit('a'), 'it fell');
    noteContent('mail', commit('a'), 'same');
    reject('mail', commit('a'), 'it fell again');
    expect(readRejection('mail', commit('a'))).toMatchObject({ reason: 'it fell again', content: 'same' });
    const file = stateFiles.rejected.path('mail', commit('a'));
    const { ino } = statSync(file);
    noteContent('mail', commit('a'), 'same');
    expect(statSync(file).ino).toBe(ino);
    noteContent('mail', commit('a'), 'other');
    expect(readRejection('mail', commit('a'))?.content).toBe('other');
  });

  test('is skipped in words, with the minute', () => {
    const time = Date.UTC(2026, 10, 24, 6, 43, 48);
    expect(skippedWords('mail', '13.2', { checksum: commit('a'), reason: 'it fell', time })).toBe(
      '13.2 failed before: it fell. It has been rejected since 2026-11-24 06:43 UTC: updates skip it until the source offers another one. To try it again: guestctl forgive mail',
    );
  });

  test('stays rejected if its file is damaged', () => {
    reject('mail', commit('a'), 'it fell');
    const file = stateFiles.rejected.path('mail', commit('a'));
    writeFileSync(file, '{');
    utimesSync(file, 5, 5);
    const reason = `why is not known, because ${file} is damaged`;
    expect(rejectedCommits('mail')).toEqual([{ checksum: commit('a'), reason, time: 5000 }]);
  });
});

describe('the declaration that an update followed', () => {
  const guest = guestOf('[Guest]\nRef=site:x\n[Remote]\nURL=file:///srv\n');
  const file = followedFile.path('mail');

  test('is written if it is another one', () => {
    expect([readFollowed('mail'), followedSince('mail')]).toEqual([undefined, undefined]);
    follow(guest, undefined);
    expect(readFollowed('mail')).toEqual({ tree: treeOf(guest) });
    const { ino } = statSync(file);
    utimesSync(file, 5, 5);
    follow(guest, undefined);
    expect([statSync(file).ino, followedSince('mail')]).toEqual([ino, 5000]);
    followedFile.write('mail', { tree: 'other' });
    follow(guest, undefined);
    expect(readFollowed('mail')?.tree).toBe(treeOf(guest));
    follow(guest, 'digest');
    expect(readFollowed('mail')).toEqual({ tree: treeOf(guest), named: 'digest' });
  });

  test('has the time at which the update began: what changed meanwhile was not followed', () => {
    followedFile.write('mail', { tree: 'other' });
    follow(guest, undefined);
    expect(Math.abs((followedSince('mail') ?? 0) - performance.timeOrigin)).toBeLessThan(1);
  });

  test('of a newer version is not read, and stays', () => {
    const newer = '{"format":2}\n';
    writeFileSync(file, newer);
    follow(guest, undefined);
    expect([readFollowed('mail'), readFileSync(file, 'utf8')]).toEqual([undefined, newer]);
  });

  test.each([
    ['ENOSPC', undefined],
    ['EIO', 'EIO'],
  ])('a disk that answers %s', (code, thrown) => {
    vi.spyOn(followedFile, 'write').mockImplementation(() => {
      throw Object.assign(new Error(code), { code });
    });
    const run = () => follow(guest, undefined);
    if (thrown) expect(run).toThrow(thrown);
    else expect(run).not.toThrow();
  });
});

test.each([
  ['web.service', 'web'],
  ['systemd-nspawn@web.service', 'web'],
  ['systemd-nspawn@web', 'web'],
  ['web.guest', 'web'],
  ['./web', 'web'],
  ['root@web', 'web'],
  ['/etc/ostree-guests/web.guest', 'web'],
  ['web', undefined],
  ['Web.service', undefined],
])('%s is a way to write the guest %s', (name, guest) => {
  expect(guestIn(name)).toBe(guest);
});

test('notes of a guest are written once', () => {
  expect([isUnshared('mail'), wasUnconfined('mail')]).toEqual([false, false]);
  noteUnshared('mail');
  expect([isUnshared('mail'), wasUnconfined('mail')]).toEqual([true, true]);
  const { ino } = statSync(`${state}/mail/unshared.json`);
  noteUnshared('mail');
  expect(statSync(`${state}/mail/unshared.json`).ino).toBe(ino);
  rmSync(`${state}/mail/unshared.json`);
  noteUnconfined('mail');
  expect([isUnshared('mail'), wasUnconfined('mail')]).toEqual([false, true]);
  mark('mail', 'cleaning.json');
  expect(isMarked('mail', 'cleaning.json')).toBe(true);
  expect(JSON.parse(readFileSync(`${state}/mail/cleaning.json`, 'utf8'))).toEqual({
    since: expect.any(Number),
  });
  unmark('mail', 'cleaning.json');
  expect(isMarked('mail', 'cleaning.json')).toBe(false);
});

describe('the past', () => {
  const attempt = (guest: string, message: string): Attempt => ({
    guest,
    action: 'update',
    outcome: 'staged',
    trigger: 'timer',
    seconds: 1,
    message,
  });
  const write = (guest: string, message: string, time: string, owner = guest) =>
    appendLine(historyOf(owner), {
      ...attemptLine(attempt(guest, message)),
      time: new Date(time).toISOString(),
    });
  const inJournal = (guest: string, message: string, time: string): JournalFields => ({
    ...attemptFields(attempt(guest, message)),
    __REALTIME_TIMESTAMP: String(new Date(time).getTime() * 1000),
  });
  const messages = async (guest?: string) => (await readPast(guest)).attempts.map(({ message }) => message);

  test('is that of the files, and before them that of the journal', async () => {
    write('mail', 'second', '2026-03-03');
    // The clock was set back.
    write('mail', 'third', '2026-02-02');
    write('web', 'of web', '2026-01-15');
    journal.entries = [
      inJournal('mail', 'first', '2026-01-01'),
      inJournal('mail', 'second, too', '2026-02-02'),
      inJournal('mail', 'fourth', '2026-04-04'),
      inJournal('gone', 'of gone', '2026-05-05'),
      { MESSAGE: 'something else' },
    ];
    expect(await messages()).toEqual(['first', 'of web', 'second', 'third', 'of gone']);
    expect(journal.matches).toEqual([
      'MESSAGE_ID=5c1a7f0e3b0d4c5e9b6f4f0a2d8e7c31',
      '_UID=0',
      '--lines=5000',
    ]);
  });

  test('ends with the last attempt', () => {
    expect(lastAttempt('mail')).toBeUndefined();
    for (const message of ['first', 'second', 'third']) write('mail', message, '2026-02-02');
    expect(lastAttempt('mail')?.message).toBe('third');
  });

  test('of one guest', async () => {
    write('mail', 'second', '2026-02-02');
    write('web', 'of web', '2026-01-15');
    expect(await messages('mail')).toEqual(['second']);
    expect(journal.matches).toContain('OSTREE_GUEST=mail');
    expect(await messages('none')).toEqual([]);
  });

  test('lines about another name are of the time before a rename', async () => {
    write('mail', 'of mail', '2026-01-01');
    write('web', 'of web', '2026-01-02', 'mail');
    expect(await readPast('mail')).toMatchObject({
      attempts: [
        { guest: 'mail', message: 'of mail' },
        { guest: 'mail', message: 'of web' },
      ],
      damaged: [],
    });
  });

  test('lines that are none are named', async () => {
    write('mail', 'of mail', '2026-01-01');
    appendFileSync(`${state}/mail/history/1.jsonl`, '{}\n');
    expect(await readPast('mail')).toMatchObject({
      attempts: [{ message: 'of mail' }],
      damaged: [`${state}/mail/history/1.jsonl:2`],
    });
  });

  test('before anything was written is empty', async () => {
    rmSync(state, { recursive: true });
    expect(await readPast(undefined)).toEqual({ attempts: [], damaged: [] });
  });
});

describe('what is declared', () => {
  const right = '[Guest]\nRef=site:x\n[Remote]\nURL=file:///srv\nGPGVerify=no\n';
  const wrong = '[Guest]\nWrong=yes\n';
  const put = (name: string, text: string) => writeFileSync(`${config}/${name}`, text);
  /** The answer, or the message and the remedy. */
  const answer = (ask: () => unknown): unknown => {
    try {
      return ask();
    } catch (error) {
      if (error instanceof Failure) return `${error.message}. ${error.remedy}`;
      throw error;
    }
  };
  const notDeclared = (name: string) =>
    `No guest '${name}' is declared. List guests: guestctl list. Make one: guestctl create ${name}`;

  test('a guest', () => {
    put('mail.guest', right);
    expect(requireGuest('mail').name).toBe('mail');
    put('mail.guest', wrong);
    expect(answer(() => requireGuest('mail'))).toMatch(
      /mail\.guest:2:1: .*Wrong.*\n.*Correct it, then: systemctl/,
    );
    expect(answer(() => requireGuest('web'))).toBe(notDeclared('web'));
    symlinkSync('/nowhere/web.guest', `${config}/web.guest`);
    expect(answer(() => requireGuest('web'))).toBe(
      `${config}/web.guest is a link to /nowhere/web.guest, which does not exist or which the guest's services do not see. Put the file itself there`,
    );
  });

  test('a build', () => {
    put('debian.build', '[Build]\nCommand=make\n');
    expect(requireBuild('debian').name).toBe('debian');
    put('debian.build', '[Build]\nWrong=yes\n');
    expect(answer(() => requireBuild('debian'))).toMatch(/debian\.build:2:1: /);
    expect(answer(() => requireBuild('fedora'))).toBe(
      `There is no build 'fedora'. Declare it in ${config}/fedora.build`,
    );
  });

  test('the name of a guest, which may have mistakes or be no longer declared', () => {
    const warnings: string[] = [];
    const ask = (name: string) => answer(() => requireGuestName(name, (text) => warnings.push(text)));
    put('mail.guest', right);
    expect([ask('mail'), warnings]).toEqual(['mail', []]);
    put('mail.guest', wrong);
    expect(ask('mail')).toBe('mail');
    expect(warnings).toEqual([expect.stringMatching(/mail\.guest:2:1: /)]);
    mkdirSync(`${state}/old`);
    expect([ask('old'), ask('never'), ask('../state/old')]).toEqual([
      'old',
      notDeclared('never'),
      "No guest '../state/old' is declared. List guests: guestctl list",
    ]);
    symlinkSync('/nowhere', `${config}/web.guest`);
    expect(ask('web')).toMatch(/^.*web\.guest is a link to \/nowhere, /);
  });
});

describe('a report', () => {
  const printed = () => ({
    out: vi.spyOn(console, 'log').mockImplementation(() => undefined),
    error: vi.spyOn(console, 'error').mockImplementation(() => undefined),
  });

  test('of a service is a line, and its status: the last one, however long each takes', async () => {
    const { out, error } = printed();
    vi.stubEnv('NOTIFY_SOCKET', '');
    serviceReport.step('Deploying');
    expect(programs).toEqual([]);
    vi.stubEnv('NOTIFY_SOCKET', '/run/notify');
    serviceReport.step('Deploying');
    serviceReport.progress('Deploying: half', 5);
    serviceReport.progress('Deploying: all', 10);
    expect(out.mock.calls).toEqual([['Deploying'], ['Deploying']]);
    expect(error.mock.calls).toEqual([]);
    expect(programs).toEqual([['systemd-notify', '--status=Deploying']]);
    await vi.waitFor(() => expect(programs).toHaveLength(2), { timeout: 60_000 });
    expect(programs[1]).toEqual(['systemd-notify', '--status=Deploying: all']);
  });

  test.each([
    ['8:123', ['<3>one', '<3>two']],
    ['', ['one', 'two']],
  ])('of a problem is an error in the journal: %j', (stream, lines) => {
    const { error } = printed();
    vi.stubEnv('JOURNAL_STREAM', stream);
    complain('one\ntwo');
    expect(error.mock.calls.flat()).toEqual(lines);
    serviceReport.warn('three');
    expect(error.mock.calls.flat()).toHaveLength(3);
  });
});

describe('a state file', () => {
  const kind = stateFiles.rehearsed;
  const put = (text: string, file = kind.path('mail')) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const fault = (code: string, more = {}) => Object.assign(new Error(code), { code, ...more });

  test('that the disk does not give is damaged', () => {
    put('{}');
    disk.fault = fault('EIO', { syscall: 'read' });
    expect(kind.damage('mail')).toEqual([
      expect.objectContaining({ message: expect.stringContaining('is damaged: it cannot be read (EIO). ') }),
    ]);
    expect(kind.read('mail')).toBeUndefined();
    disk.fault = undefined;
    rmSync(kind.path('mail'));
    disk.fault = fault('EIO', { syscall: 'read' });
    expect(kind.look('mail')).toBeUndefined();
  });

  test.each([
    ['a right that is missing', fault('EACCES', { syscall: 'open' })],
    ['another right', fault('EPERM', { syscall: 'open' })],
    ['a bug', fault('EIO')],
  ])('is not damaged by %s', (_, error) => {
    put('{}');
    disk.fault = error;
    expect(() => kind.look('mail')).toThrow(error);
    vi.spyOn(kind, 'look').mockImplementation(() => {
      throw error;
    });
    expect(() => kind.damage('mail')).toThrow(error);
  });

  test('that goes while it is looked at is no damage', () => {
    put('{');
    vi.spyOn(kind, 'look').mockReturnValue(undefined);
    expect(kind.damage('mail')).toEqual([]);
  });

  test.each(['"1"', '0', '1.5', 'null', '[]'])('of format %s is damaged', (format) => {
    put(`{"format":${format},"checksum":"${commit('a')}"}`);
    const damaged = kind.damage('mail').map(({ message }) => message.includes('is not a format number'));
    expect(damaged).toEqual(format === 'null' ? [] : [true]);
  });

  test('among others is known by the end of its name', () => {
    beginTrial('mail', {
      deployment: deployment('b'),
      fallback: deployment('a'),
      since: 1,
      tries: 2,
      left: 2,
    });
    put('', `${dirname(stateFiles.trial.path('mail', 'x'))}/a-longer-note`);
    expect(stateFiles.trial.entries('mail')).toEqual([`${deployment('b')}+2`]);
    rmSync(dirname(stateFiles.trial.path('mail', 'x')), { recursive: true });
    writeFileSync(dirname(stateFiles.trial.path('mail', 'x')), 'a file');
    expect(stateFiles.trial.damage('mail').map(({ message }) => message)).toEqual([
      expect.stringContaining('its directory cannot be read (ENOTDIR)'),
    ]);
  });

  test('that is removed is gone from the disk', () => {
    kind.write('mail', { checksum: commit('a') });
    synced.length = 0;
    kind.remove('mail');
    expect(synced).toEqual([dirname(kind.path('mail'))]);
  });

  test('of a newer version says which format it has', () => {
    put('{"format":7}');
    expect(kind.damage('mail')).toMatchObject([
      { isNewer: true, message: expect.stringContaining('(format 7; this version knows up to 1)') },
    ]);
  });

  test('that is needed is not passed over', () => {
    put('{', stateFiles.packagesInside.path('mail'));
    const read = () => stateFiles.packagesInside.read('mail');
    expect(read).toThrow(expect.objectContaining({ name: 'DamagedState' }));
    expect(unlessDamaged(read)).toBeUndefined();
    expect(unlessDamaged(() => 'value')).toBe('value');
    expect(() => unlessDamaged(() => kind.path(fail('a bug')))).toThrow('a bug');
  });

  test('is looked for only where it is', () => {
    kind.write('mail', { checksum: commit('a') });
    const isPresent = presentState('mail');
    expect(isPresent(stateFiles.trial)).toBe(false);
    expect(isPresent(stateFiles.trial, kind)).toBe(true);
    const look = vi.spyOn(kind, 'look');
    damagedState('mail', () => false);
    expect(look).not.toHaveBeenCalled();
  });

  test('of what was published is in the repository', () => {
    const repository = `${work}/repository`;
    const commits = [
      { checksum: commit('a'), version: '1', made: 3, since: 5 },
      { checksum: commit('b'), version: undefined, made: undefined, since: undefined },
    ];
    expect(readPublished(repository, 'site/debian')).toEqual({ commits: [] });
    expect(publishedDamage(repository, 'site/debian')).toBeUndefined();
    writePublished(repository, 'site/debian', { commits });
    expect(readPublished(repository, 'site/debian')).toEqual({ commits });
    const more = { dropped: 7, missed: 8, built: commit('c'), keys: 'ABC' };
    writePublished(repository, 'site/debian', { commits, ...more });
    expect(readPublished(repository, 'site/debian')).toEqual({ commits, ...more });
    expect(publishedDamage(repository, 'site/debian')).toBeUndefined();
    const file = publishedFile.path(repository, 'site+debian');
    put(`{"commits":[{"checksum":"${commit('a')}","since":null}]}`, file);
    expect(readPublished(repository, 'site/debian')).toStrictEqual({
      commits: [{ checksum: commit('a'), version: undefined, made: undefined, since: undefined }],
      dropped: undefined,
      missed: undefined,
      built: undefined,
      keys: undefined,
    });
    put('{', file);
    expect(readPublished(repository, 'site/debian')).toEqual({ commits: [] });
    expect(publishedDamage(repository, 'site/debian')?.file).toBe(file);
    // Nothing is left of a ref that was dropped.
    writePublished(repository, 'site/debian', { commits: [], dropped: 7 });
    expect(recordedRefs(repository)).toEqual([]);
  });

  test('of a build has a commit, or none', () => {
    const result = { definition: 'x', ended: 1, failure: undefined };
    buildResultFile.write('debian', { ...result, checksum: commit('a') });
    expect(buildResultFile.read('debian')).toEqual({ ...result, checksum: commit('a') });
    buildResultFile.write('debian', { ...result, checksum: undefined });
    expect(buildResultFile.read('debian')).toEqual({ ...result, checksum: undefined });
    put('{"definition":"x","ended":1,"checksum":"short"}', buildResultFile.path('debian'));
    expect(buildResultFile.damage('debian')).toHaveLength(1);
  });
});

function fail(message: string): never {
  throw new Error(message);
}
