// What one look at a machine on trial means, and what counts as the success of a health check.
import { describe, expect, test } from 'vitest';
import { lostConnection } from '../../src/host/systemctl.ts';
import { evidence } from '../../src/machine/inside.ts';
import { decide, lackOf, type Sight } from '../../src/steps/assess/health.ts';

const up: Sight = { unit: 'up', system: 'running', isAtTarget: true, failedUnits: [] };
const knew = (...failedUnits: string[]) => ({ baseline: { failedUnits }, hasBus: true });
const nothingKnown = { baseline: undefined, hasBus: true };

describe('one look', () => {
  test.each<[string, Sight, Parameters<typeof decide>[1], unknown]>([
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
    expect(decide(sight, subject)).toEqual(expected);
  });

  test('only units that had not failed before count', () => {
    const sight = { ...up, system: 'degraded', failedUnits: ['a.service', 'b.service', 'c.service'] };
    expect(decide(sight, knew('b.service'))).toMatchObject({
      kind: 'faulty',
      units: ['a.service', 'c.service'],
    });
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

test('what the host lacks is no fault of the deployment', () => {
  const inotify = 'Failed to create control group inotify object: Too many open files';
  expect(lackOf(['Welcome to Debian', inotify, 'Exiting PID 1...'])).toBe(inotify);
  expect(lackOf(['Failed to start bad.service', 'mail: /etc/mail: No such file or directory'])).toBe(
    undefined,
  );
});
