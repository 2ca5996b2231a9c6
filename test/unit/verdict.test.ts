// What one look at a machine on trial means, what follows from the verdict, and what counts as the success of a health check.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Finished } from '../../src/host/process.ts';
import { lostConnection } from '../../src/host/systemctl.ts';
import { evidence } from '../../src/machine/nspawn/run-inside.ts';
import { unhappyOf } from '../../src/steps/assess/health.ts';
import {
  blame,
  consequenceOf,
  type Faulty,
  judgeChecked,
  judgeSight,
  type Sight,
  type Unhappy,
  type Verdict,
} from '../../src/steps/assess/rule.ts';
import * as rehearsal from '../../src/steps/rehearse/rule.ts';

const up: Sight = { unit: 'up', system: 'running', isAtTarget: true, failedUnits: [] };
const knew = (...failedUnits: string[]) => ({ baseline: { failedUnits }, hasBus: true });
const nothingKnown = { baseline: undefined, hasBus: true };

describe('one look', () => {
  test.each<[string, Sight, Parameters<typeof judgeSight>[1], unknown]>([
    ['is starting', { unit: 'starting' }, knew(), 'booting'],
    ['was stopped', { unit: 'stopped' }, knew(), { kind: 'stopped' }],
    ['crashed', { unit: 'failed' }, knew(), { kind: 'faulty', fault: 'it ended by itself' }],
    ['is up', up, knew(), 'up'],
    ['is up, nothing known of before', up, nothingKnown, 'up'],
    [
      'is degraded as before',
      { ...up, system: 'degraded', failedUnits: ['a.service'] },
      knew('a.service'),
      'up',
    ],
    ['has failed units, nothing known of before', { ...up, failedUnits: ['a.service'] }, nothingKnown, 'up'],
    ['does not answer', { unit: 'up' }, knew(), 'booting'],
    ['does not answer, nothing known of before', { unit: 'up' }, nothingKnown, 'booting'],
    ['does not say whether it is at its target', { ...up, isAtTarget: undefined }, knew(), 'booting'],
    ['does not say what failed', { ...up, failedUnits: undefined }, knew(), 'booting'],
    ['cannot be asked', { unit: 'up' }, { baseline: undefined, hasBus: false }, 'up'],
    ['cannot be asked, and is starting', { unit: 'starting' }, { ...nothingKnown, hasBus: false }, 'booting'],
    [
      'cannot be asked, and crashed',
      { unit: 'failed' },
      { ...nothingKnown, hasBus: false },
      { kind: 'faulty', fault: 'it ended by itself' },
    ],
    ['still starts units', { ...up, system: 'starting' }, knew(), 'booting'],
    ['shuts down', { ...up, system: 'stopping' }, knew(), 'booting'],
    [
      'is in its rescue shell',
      { ...up, system: 'maintenance' },
      knew(),
      { kind: 'faulty', fault: 'it booted into its rescue shell' },
    ],
    [
      'missed its target',
      { ...up, isAtTarget: false },
      knew(),
      { kind: 'faulty', fault: 'it did not reach its default target' },
    ],
  ])('a machine that %s', (_, sight, subject, expected) => {
    expect(judgeSight(sight, subject)).toEqual(expected);
  });

  test('only units that had not failed before count', () => {
    const sight = { ...up, system: 'degraded', failedUnits: ['a.service', 'b.service', 'c.service'] };
    expect(judgeSight(sight, knew('b.service'))).toMatchObject({
      kind: 'faulty',
      units: ['a.service', 'c.service'],
    });
  });
});

const crashed = { kind: 'faulty', fault: 'it ended by itself' } as const;
const sick = { kind: 'faulty', fault: 'x failed', units: ['x.service'] } as const;

describe('a look after the health checks', () => {
  const no = { complaint: 'HealthCheck=x did not succeed', isFinal: false };
  const never = { complaint: 'there is no x', isFinal: true };
  test.each<[string, Sight, Unhappy | undefined, unknown]>([
    ['is up, and they succeeded', up, undefined, { kind: 'healthy', failedUnits: [] }],
    ['is up, and one did not succeed', up, no, 'again'],
    ['is up, and one cannot succeed', up, never, { kind: 'faulty', fault: 'there is no x' }],
    ['no longer answers, and one cannot succeed', { unit: 'up' }, never, 'again'],
    ['no longer answers', { unit: 'up' }, undefined, 'again'],
    ['no longer answers, and one did not succeed', { unit: 'up' }, no, 'again'],
    ['crashed meanwhile', { unit: 'failed' }, undefined, crashed],
    ['was stopped meanwhile', { unit: 'stopped' }, undefined, { kind: 'stopped' }],
  ])('a machine that %s', (_, sight, unhappy, expected) => {
    expect(judgeChecked(sight, knew(), unhappy)).toEqual(expected);
  });
});

test.each<[string, Faulty, string | undefined, Verdict]>([
  ['crashed', crashed, undefined, { kind: 'faulty', fault: 'it ended by itself (it did not come up)' }],
  ['crashed because the host lacked something', crashed, 'memory', { kind: 'hindered', lack: 'memory' }],
  ['has a unit that failed', sick, undefined, sick],
  ['has a unit that failed while the disk is full', sick, 'room', { kind: 'hindered', lack: 'room' }],
])('who is to blame for a machine that %s', (_, verdict, lack, expected) => {
  expect(blame(verdict, lack, 'it did not come up')).toEqual(expected);
});

test.each<[string, Verdict, number, unknown]>([
  [
    'is healthy: blessed, and its failed units are the next measure',
    { kind: 'healthy', failedUnits: ['a.service'] },
    1,
    { kind: 'bless', failedUnits: ['a.service'] },
  ],
  [
    'is healthy at its last start',
    { kind: 'healthy', failedUnits: undefined },
    0,
    { kind: 'bless', failedUnits: undefined },
  ],
  ['was stopped: left on trial', { kind: 'stopped' }, 0, { kind: 'leave' }],
  [
    'lacked something: the start does not count',
    { kind: 'hindered', lack: 'memory' },
    0,
    { kind: 'discount', lack: 'memory' },
  ],
  ['is faulty, with a start left', sick, 1, { kind: 'startAgain', fault: 'x failed', isRejected: false }],
  ['is faulty, with no start left', sick, 0, { kind: 'startAgain', fault: 'x failed', isRejected: true }],
])('a deployment on trial that %s', (_, verdict, left, expected) => {
  expect(consequenceOf(verdict, { left })).toEqual(expected);
});

describe('a rehearsal', () => {
  test.each<[string, rehearsal.RehearsalVerdict, string | undefined, unknown]>([
    ['that is healthy', { kind: 'healthy', failedUnits: [] }, 'c', { kind: 'pass' }],
    [
      'that is faulty, of what is staged',
      sick,
      'c',
      { kind: 'reject', fault: 'x failed', reason: 'in its rehearsal, x failed', unstages: true },
    ],
    [
      'that is faulty, with something newer staged',
      sick,
      'd',
      { kind: 'reject', fault: 'x failed', reason: 'in its rehearsal, x failed', unstages: false },
    ],
    [
      'that is faulty, before it is staged',
      sick,
      undefined,
      { kind: 'reject', fault: 'x failed', reason: 'in its rehearsal, x failed', unstages: false },
    ],
    [
      'that lacked something rejects nothing',
      { kind: 'hindered', lack: 'memory' },
      'c',
      { kind: 'fail', fault: 'the host lacks something: memory' },
    ],
    ['that was stopped rejects nothing', { kind: 'stopped' }, 'c', { kind: 'fail', fault: 'it was stopped' }],
    [
      'what cannot be compared is not rejected',
      { kind: 'incomparable', fault: 'x failed', reference: 'it did not come up' },
      'c',
      {
        kind: 'fail',
        fault:
          'x failed. Whether the update is at fault is not known, because in a rehearsal of the running deployment, it did not come up',
      },
    ],
  ])('%s', (_, verdict, staged, expected) => {
    expect(rehearsal.consequenceOf(verdict, 'c', staged)).toEqual(expected);
  });

  test('of a guest of which nothing is known counts each failed unit', () => {
    expect(rehearsal.measureOf(undefined)).toEqual({ failedUnits: [] });
    expect(rehearsal.measureOf({ failedUnits: ['a'] })).toEqual({ failedUnits: ['a'] });
  });

  const late: Faulty = { kind: 'faulty', fault: 'it did not come up' };
  const well: Verdict = { kind: 'healthy', failedUnits: [] };
  const again = (...failedUnits: string[]) => ({ kind: 'again', measure: { failedUnits } });
  const unknown = (fault: string, reference: string) => ({ kind: 'incomparable', fault, reference });
  test.each<[string, Faulty, rehearsal.Reference, unknown]>([
    ['did not come up, but what runs now did', late, { verdict: well, failedUnits: [] }, late],
    [
      'did not come up, and neither did what runs now',
      late,
      { verdict: late, failedUnits: undefined },
      unknown('it did not come up', 'it did not come up'),
    ],
    [
      'did not come up, and the host lacked memory for what runs now',
      late,
      { verdict: { kind: 'hindered', lack: 'memory' }, failedUnits: undefined },
      unknown('it did not come up', 'the host lacks something: memory'),
    ],
    [
      'did not come up, and what runs now was stopped',
      late,
      { verdict: { kind: 'stopped' }, failedUnits: undefined },
      unknown('it did not come up', 'it was stopped'),
    ],
    [
      'has failed units, which fail in what runs now as well',
      sick,
      { verdict: well, failedUnits: ['x.service', 'y.service'] },
      again('x.service', 'y.service'),
    ],
    [
      'has failed units, which work in what runs now',
      sick,
      { verdict: well, failedUnits: ['y.service'] },
      sick,
    ],
    [
      'has failed units, of which one works in what runs now',
      { ...sick, units: ['x.service', 'y.service'] },
      { verdict: well, failedUnits: ['y.service'] },
      { ...sick, units: ['x.service', 'y.service'] },
    ],
    [
      'has failed units, which work in what runs now, whose health check fails',
      sick,
      { verdict: late, failedUnits: [] },
      sick,
    ],
    [
      'has failed units, and what runs now did not come up',
      sick,
      { verdict: late, failedUnits: undefined },
      unknown('x failed', 'it did not come up'),
    ],
    [
      'has failed units, and what runs now cannot be asked for them',
      sick,
      { verdict: well, failedUnits: undefined },
      unknown('x failed', 'it did not say which units failed'),
    ],
  ])('of a commit that %s', (_, found, reference, expected) => {
    expect(rehearsal.compare(found, reference)).toEqual(expected);
  });

  test.each<
    [title: string, held: string | undefined, isRejected: boolean, staged: string | undefined, to: unknown]
  >([
    ['is being staged', 'c', false, 'b', 'c'],
    ['is staged', 'c', false, 'c', 'c'],
    ['is staged, and a later one was rejected', 'c', true, 'b', 'b'],
    ['was rejected, and is tried again', 'c', true, undefined, 'c'],
    ['is missing', undefined, false, undefined, undefined],
  ])('of the commit that %s', (_, held, isRejected, staged, to) => {
    expect(rehearsal.candidateOf(held, isRejected, staged)).toBe(to);
  });
});

// systemd-run --wait without --quiet, as 252, 257 and 262 print it.
const ended = (result: string) => `Finished with result: ${result}
Main processes terminated with: code=exited/status=0
Service runtime: 3ms
CPU time consumed: 1ms`;
const ended262 = `          Finished with result: success
Main processes terminated with: code=exited, status=0/SUCCESS
               Service runtime: 11ms`;

describe('a health check', () => {
  test.each([
    ['succeeds', 0, `Running as unit: run-u2.service\n${ended('success')}`, 0, ''],
    [
      'succeeds on systemd 262',
      0,
      `Running as unit: run-p319-i1.service; invocation ID: 35\n${ended262}`,
      0,
      '',
    ],
    ['prints errors and succeeds', 0, `Running as unit: a\nerr\n${ended('success')}`, 0, 'err'],
    ['fails', 3, `Running as unit: a\nno such file\n${ended('exit-code')}`, 3, 'no such file'],
    [
      'claims its success, and fails',
      3,
      `Running as unit: a\n${ended('success')}\n${ended('exit-code')}`,
      3,
      ended('success'),
    ],
    ['is killed, for which systemd-run exits with 0', 0, `Running as unit: a\n${ended('timeout')}`, 1, ''],
    [
      'is ended as its machine shuts down, which systemd counts as success',
      0,
      `Running as unit: a\nerr\n${ended('success').replace('code=exited/status=0', 'code=killed/status=TERM')}`,
      undefined,
      'err',
    ],
    [
      'is ended so on systemd 262',
      0,
      `Running as unit: a\nerr\n${ended262.replace('code=exited, status=0/SUCCESS', 'code=killed, status=15/TERM')}`,
      undefined,
      'err',
    ],
    [
      'loses its machine, for which systemd-run exits with 0',
      0,
      'Running as unit: a\nFailed to query unit state: Transport endpoint is not connected',
      undefined,
      'the machine stopped answering while it ran',
    ],
    [
      'cannot be started',
      1,
      'Failed to connect to bus: Host is down',
      1,
      'Failed to connect to bus: Host is down',
    ],
  ])('that %s', (_, exitCode, stderr, expected, said) => {
    expect(evidence({ ended: 'exited', exitCode, stdout: 'out', stderr })).toMatchObject({
      ...(expected === undefined ? { ended: 'stopped' } : { ended: 'exited', exitCode: expected }),
      stdout: 'out',
      stderr: said,
    });
  });
});

test.each([
  ['Warning: D-Bus connection terminated while waiting for jobs', true],
  ['Failed to get properties: Connection reset by peer', true],
  ['Failed to connect to bus: Connection refused', true],
  ['Failed to start a.service: Unit a.service not found.', false],
  ['Job for a.service failed because the control process exited with error code.', false],
])('%s: a lost connection: %s', (stderr, expected) => {
  expect(lostConnection(stderr)).toBe(expected);
});

describe('a check that could not be executed', () => {
  const root = mkdtempSync(join(tmpdir(), 'root-'));
  mkdirSync(`${root}/usr/bin`, { recursive: true });
  mkdirSync(`${root}/opt`);
  symlinkSync('usr/bin', `${root}/bin`);
  symlinkSync('loop', `${root}/loop`);
  writeFileSync(`${root}/usr/bin/there`, '');
  afterAll(() => rmSync(root, { recursive: true }));

  test.each<[string, number, boolean]>([
    ['/usr/bin/not-there', 203, true],
    ['/bin/not-there', 203, true],
    ['/usr/bin/not-there', 1, false],
    // It exits with 203 itself, or there was no memory for it.
    ['/usr/bin/there', 203, false],
    // The guest can put a program there.
    ['/opt/not-there', 203, false],
    ['/usr/local/bin/not-there', 203, false],
    ['not-there', 203, false],
    ['/loop/not-there', 203, false],
  ])('%s, exit code %d: final %s', (program, exitCode, isFinal) => {
    const checked: Finished = { ended: 'exited', exitCode, stdout: '', stderr: '' };
    expect(unhappyOf([program, '-x'], checked, root).isFinal).toBe(isFinal);
  });
});
