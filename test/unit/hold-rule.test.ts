// When a start may deploy what is staged, case by case; and the windows, as systemd reads calendar expressions.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { elapsesIn, hasElapsed } from '../../src/host/calendar.ts';
import { type HoldFacts, type HoldPolicy, holdOf, mayHold } from '../../src/steps/hold-rule.ts';
import { holdWords, readHoldFacts } from '../../src/steps/read-hold.ts';
import { commit } from './names.ts';
import { guestOf } from './read.ts';

afterEach(() => vi.unstubAllEnvs());

const update = { checksum: commit('b'), time: 1000 };
const window = { begins: ['Sun 03:00'], length: 3_600_000 };
const closed: HoldFacts = { at: 1500, isInWindow: false, released: undefined, holdsLock: true };
const released = (letter: string, withoutLock = false) => ({ checksum: commit(letter), withoutLock });
const opened = { ...closed, isInWindow: true };
const noLock = { ...opened, holdsLock: false };
const fleetLock = { url: 'https://lock', group: 'web' };

const tooNew = { kind: 'age', until: 1600 };
const notNow = { kind: 'window' };
const unrehearsed = { kind: 'rehearsal' };

describe('an update', () => {
  test.each<[title: string, policy: Partial<HoldPolicy>, facts: HoldFacts, expected: unknown]>([
    ['is deployed at any start, without a policy', {}, closed, undefined],
    ['is too new', { notBefore: 600 }, opened, tooNew],
    ['is old enough', { notBefore: 500 }, opened, undefined],
    ['waits for its window', { window }, closed, notNow],
    ['is deployed in its window', { window }, opened, undefined],
    ['is too new in its window', { window, notBefore: 600 }, opened, tooNew],
    ['is too new outside of its window', { window, notBefore: 600 }, closed, tooNew],
    ['is old enough, and waits for its window', { window, notBefore: 500 }, closed, notNow],
    ['is old enough in its window', { window, notBefore: 500 }, opened, undefined],
    [
      'was asked for by somebody',
      { window, notBefore: 600 },
      { ...closed, released: released('b') },
      undefined,
    ],
    ['is another one than somebody asked for', { window }, { ...closed, released: released('c') }, notNow],
    ['waits for a lock', { fleetLock }, noLock, { kind: 'lock' }],
    ['has its lock', { fleetLock }, opened, undefined],
    ['needs no lock', {}, noLock, undefined],
    ['waits for its window first', { fleetLock, window }, { ...noLock, isInWindow: false }, notNow],
    ['waits for a lock in its window', { fleetLock, window }, noLock, { kind: 'lock' }],
    [
      'was asked for by somebody, and waits for a lock',
      { fleetLock, window },
      { ...noLock, released: released('b') },
      { kind: 'lock' },
    ],
    [
      'was asked for by somebody without a lock',
      { fleetLock, window },
      { ...noLock, isInWindow: false, released: released('b', true) },
      undefined,
    ],
    [
      'is another one than somebody asked for without a lock',
      { fleetLock },
      { ...noLock, released: released('c', true) },
      { kind: 'lock' },
    ],
    ['was not rehearsed', { rehearse: true }, opened, unrehearsed],
    ['was rehearsed', { rehearse: true }, { ...opened, rehearsed: commit('b') }, undefined],
    [
      'is another one than was rehearsed',
      { rehearse: true },
      { ...opened, rehearsed: commit('c') },
      unrehearsed,
    ],
    ['need not be rehearsed', { rehearse: false }, opened, undefined],
    [
      'was asked for by somebody, and not rehearsed',
      { rehearse: true, window, fleetLock },
      { ...closed, released: released('b', true) },
      unrehearsed,
    ],
    ['waits for its window before its rehearsal', { rehearse: true, window }, closed, notNow],
    ['needs no lock before its rehearsal', { rehearse: true, fleetLock }, noLock, unrehearsed],
    ['is never old enough', { notBefore: 1e19 }, opened, { kind: 'age', until: 8.64e15 - 86_400_000 }],
    ['was staged while the clock was ahead', { notBefore: 600 }, { ...opened, at: 500 }, tooNew],
  ])('%s', (_, policy, facts, expected) => {
    expect(holdOf(update, facts, { notBefore: 0, window: undefined, ...policy })).toEqual(expected);
  });
});

const inBoot = (boot: string, elapsed: number) => ({ boot, elapsed: elapsed * hour });
const hour = 3_600_000;

test.each<[title: string, stagedAt: Parameters<typeof inBoot>, wait: number | undefined]>([
  ['right', ['b', 8], 1],
  // The clock of a host without a battery is behind until the network is up.
  ['behind: 2 hours have passed, and not 9', ['b', 8], 1],
  ['behind, in an earlier boot of the host', ['a', 8], undefined],
])('NotBefore=3h, if the clock was %s', (title, stagedAt, wait) => {
  const at = 10 * hour;
  const time = title === 'right' ? 8 * hour : hour;
  const facts = { ...opened, at, uptime: inBoot('b', 10) };
  const hold = holdOf({ ...update, time, uptime: inBoot(...stagedAt) }, facts, {
    notBefore: 3 * hour,
    window: undefined,
  });
  expect(hold).toEqual(wait === undefined ? undefined : { kind: 'age', until: at + wait * hour });
});

test.each([
  ['UTC', 'it is applied from Sun 2026-11-22 03:00:00 UTC (NotBefore=)'],
  ['Asia/Kathmandu', 'it is applied from Sun 2026-11-22 08:45:00 UTC+5:45 (NotBefore=)'],
])('how long an update waits is told in the time of a host in %s', (zone, words) => {
  vi.stubEnv('TZ', zone);
  expect(holdWords({ kind: 'age', until: Date.parse('2026-11-22T03:00:00Z') })).toBe(words);
  const never = holdOf(update, opened, { notBefore: 1e19, window: undefined });
  expect(never && holdWords(never)).toMatch(/ 275760-09-1\d /);
});

test.each<[lines: string, notBefore: number, expected: HoldPolicy['window'], holds: boolean]>([
  ['', 0, undefined, false],
  ['NotBefore=3d', 259_200_000, undefined, true],
  ['NotBefore=0', 0, undefined, false],
  ['SwitchOnCalendar=Sun 03:00', 0, undefined, false],
  ['SwitchOnCalendar=Sun 03:00\nSwitchWindowSec=1h', 0, window, true],
  ['SwitchOnCalendar=Sun 03:00\nSwitchWindowSec=0', 0, undefined, false],
])('the policy of a guest with %j', (lines, notBefore, expected, holds) => {
  const policy = guestOf(`[Guest]\nRef=site:x\n[Update]\n${lines}\n`).update;
  expect(policy).toMatchObject({ notBefore, window: expected });
  expect(mayHold(policy)).toBe(holds);
});

test('what is staged while a start looks waits for the window', async () => {
  const guest = guestOf('[Guest]\nRef=site:x\n[Update]\nSwitchOnCalendar=Sun 03:00\nSwitchWindowSec=1h\n');
  const facts = await readHoldFacts({ ...guest, name: 'nothing-staged', update: guest.update }, () => {});
  expect(facts.isInWindow).toBe(false);
});

// As systemd 257 prints it in Berlin.
const printed = `  Original form: Sun 03:00
Normalized form: Sun *-*-* 03:00:00
    Next elapse: Sun 2026-11-22 03:00:00 CET
       (in UTC): Sun 2026-11-22 02:00:00 UTC
       From now: 5 days ago

  Original form: 2020-01-01
Normalized form: 2020-01-01 00:00:00
    Next elapse: never

  Original form: *:*:0.5
    Next elapse: Thu 2026-11-19 00:00:00.500000 UTC
       From now: 1 week 1 day ago
`;

// As systemd 252 prints it in Reykjavik.
const inIceland = `  Original form: Sun 03:00
Normalized form: Sun *-*-* 03:00:00
    Next elapse: Sun 2026-11-22 03:00:00 GMT
       From now: 5 days ago
`;

test('a time of a zone that is UTC by another name', () => {
  expect(elapsesIn(inIceland)).toEqual([Date.parse('2026-11-22T03:00:00Z')]);
});

test('the times of calendar expressions', () => {
  expect(elapsesIn(printed).map((time) => new Date(time).toISOString())).toEqual([
    '2026-11-22T02:00:00.000Z',
    '2026-11-19T00:00:00.000Z',
  ]);
});

// A Sunday.
const begin = Date.parse('2026-11-22T03:00:00Z');
const minute = 60_000;

test.each<[title: string, at: number, expected: boolean]>([
  ['before it begins', begin - minute, false],
  ['when it begins', begin, true],
  ['in it', begin + 59 * minute, true],
  ['after its end', begin + 61 * minute, false],
])('a window of an hour, %s', async (_, at, expected) => {
  expect(await hasElapsed(['2020-01-01', 'Sun 03:00 UTC'], 60 * minute, at)).toBe(expected);
});

test.each(['UTC', 'Etc/GMT', 'Atlantic/Reykjavik', 'Europe/London', 'Europe/Berlin', 'Asia/Kathmandu'])(
  'a window is open on a host in %s',
  async (zone) => {
    vi.stubEnv('TZ', zone);
    expect(await hasElapsed(['Sun 03:00 UTC'], 60 * minute, begin + minute)).toBe(true);
    expect(await hasElapsed(['Sun 03:00 UTC'], 60 * minute, begin - minute)).toBe(false);
  },
);

test('a window that is longer than the time since 1970', async () => {
  expect(await hasElapsed(['Sun 03:00 UTC'], 1e14, begin)).toBe(true);
});

test('a window whose expression cannot be read', async () => {
  await expect(hasElapsed(['Someday'], minute, begin)).rejects.toThrow(
    'Cannot read the calendar expressions',
  );
});
