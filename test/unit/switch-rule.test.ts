// Whether a guest is restarted, and how that ends, case by case. Commits are called by one letter.

import { describe, expect, test } from 'vitest';
import type { Trigger } from '../../src/state/attempts.ts';
import {
  afterUpdate,
  decide,
  nextCommit,
  outcomeOf,
  type Restarted,
  type Settling,
  type SwitchState,
  settle,
  shortageOf,
  wasStopped,
} from '../../src/steps/switch/rule.ts';
import { commit, named } from './names.ts';

const deployment = (letter: string) => ({
  name: named(`${letter}.0`),
  checksum: commit(letter),
  path: `/${letter}`,
});
const staged = { checksum: commit('c'), refspec: 'site:x', time: 0 };
const rollback = { deployment: named('a.0'), var: false, time: 0 };
const age = { kind: 'age', until: 9 } as const;
const inVain = { reason: 'no room', remedy: 'make some' };

/** A guest that runs commit b, and ran commit a before. */
const found: SwitchState = {
  deployments: [deployment('b'), deployment('a')],
  staged: undefined,
  rollback: undefined,
  booted: '/b',
  inVain: undefined,
  hold: undefined,
  isRunning: true,
};

describe('the next start of a guest', () => {
  test.each<[title: string, situation: Partial<SwitchState>, next: string | undefined]>([
    ['boots what runs', {}, undefined],
    ['boots what is staged', { staged }, 'c'],
    ['boots what somebody asked for', { rollback }, 'a'],
    ['boots what somebody asked for, and not what is staged', { rollback, staged }, 'a'],
    [
      'boots what runs, if the one asked for is gone',
      { rollback: { ...rollback, deployment: named('z.0') } },
      undefined,
    ],
    ['boots another deployment than it runs', { booted: '/a' }, 'b'],
    ['boots its default, if it was never started', { booted: undefined }, 'b'],
    ['fails, if it was never created', { deployments: [], booted: undefined }, undefined],
  ])('%s', (_, situation, next) => {
    expect(nextCommit({ ...found, ...situation })).toBe(next);
  });
});

describe('a switch of a guest', () => {
  const leaveHeld = { kind: 'leaveHeld', hold: age };
  const restart = (wanted: string, rehearses = false, releases?: string, overrides?: unknown) => ({
    kind: 'restart',
    wanted,
    rehearses,
    releases,
    overrides,
  });
  test.each<
    [
      title: string,
      situation: Partial<SwitchState>,
      how: [Trigger, ('rehearse' | 'holds')?],
      expected: unknown,
    ]
  >([
    ['with nothing to do', {}, ['timer'], { kind: 'nothing' }],
    ['with nothing to do, which is stopped', { isRunning: false }, ['manual'], { kind: 'nothing' }],
    ['with an update staged', { staged }, ['timer'], restart('c')],
    [
      'with an update staged, which is stopped',
      { staged, isRunning: false },
      ['timer'],
      { kind: 'leaveStopped', releases: undefined },
    ],
    ['with an update that is rehearsed first', { staged }, ['timer', 'rehearse'], restart('c', true)],
    [
      'with an update that is rehearsed for the next start, which is stopped',
      { staged, isRunning: false },
      ['timer', 'rehearse'],
      { kind: 'leaveStopped', rehearses: 'c', releases: undefined },
    ],
    [
      'with an update that was rehearsed, which is stopped',
      { staged, rehearsed: commit('c'), isRunning: false },
      ['timer', 'rehearse'],
      { kind: 'leaveStopped', rehearses: undefined, releases: undefined },
    ],
    [
      'with a rollback, which is not rehearsed, and is stopped',
      { staged, rollback, isRunning: false },
      ['timer', 'rehearse'],
      { kind: 'leaveStopped', rehearses: undefined, releases: undefined },
    ],
    ['with a rollback', { rollback }, ['timer'], restart('a')],
    ['with a rollback, which is not rehearsed', { rollback, staged }, ['timer', 'rehearse'], restart('a')],
    ['with another default, which is not rehearsed', { booted: '/a' }, ['timer', 'rehearse'], restart('b')],
    ['that would be in vain', { staged, inVain }, ['timer'], { kind: 'leaveInVain', inVain }],
    [
      'that would be in vain, and is stopped',
      { staged, inVain, isRunning: false },
      ['timer'],
      { kind: 'leaveInVain', inVain },
    ],
    ['that would be in vain, but somebody wants to see it', { staged, inVain }, ['manual'], restart('c')],
    ['with an update that is held back', { staged, hold: age }, ['timer', 'holds'], leaveHeld],
    [
      'with an update that is held back, and would be in vain',
      { staged, hold: age, inVain },
      ['timer', 'holds'],
      leaveHeld,
    ],
    [
      'with an update that is held back, but somebody wants it',
      { staged, hold: age },
      ['manual', 'holds'],
      restart('c', false, 'c', age),
    ],
    [
      'with an update whose window is open: it may end before the restart',
      { staged },
      ['timer', 'holds'],
      restart('c', false, 'c'),
    ],
    [
      'with an update that is held back, which is stopped, but somebody wants it',
      { staged, hold: age, isRunning: false },
      ['manual', 'holds'],
      { kind: 'leaveStopped', releases: 'c' },
    ],
    [
      'with an update whose window is open, which is stopped',
      { staged, isRunning: false },
      ['timer', 'holds'],
      { kind: 'leaveStopped', releases: undefined },
    ],
    [
      'with an update whose window is open, which is stopped, but somebody wants it at its next start',
      { staged, isRunning: false },
      ['manual', 'holds'],
      { kind: 'leaveStopped', releases: 'c' },
    ],
    [
      'with an update that is never held back, which is stopped',
      { staged, isRunning: false },
      ['manual'],
      { kind: 'leaveStopped', releases: undefined },
    ],
    [
      'with an update that is held back, but for a rollback',
      { staged, hold: age, rollback },
      ['timer', 'holds'],
      restart('a'),
    ],
    ['that would be in vain, but for a rollback', { staged, inVain, rollback }, ['timer'], restart('a')],
  ])('%s', (_, situation, [trigger, how], expected) => {
    const policy = { rehearse: how === 'rehearse', notBefore: how === 'holds' ? 9 : 0, window: undefined };
    expect(decide({ ...found, ...situation }, policy, trigger)).toEqual(expected);
  });
});

describe('a switch of a guest with FleetLock=', () => {
  const policy = {
    rehearse: false,
    notBefore: 0,
    window: undefined,
    fleetLock: { url: 'https://lock', group: 'default' },
  };
  const released = { checksum: commit('c'), withoutLock: true };
  test.each<[title: string, situation: Partial<SwitchState>, locksFor: string | undefined]>([
    ['needs a lock for an update', { staged }, 'c'],
    ['needs none for a rollback', { staged, rollback }, undefined],
    ['needs none for what is deployed', { booted: '/a' }, undefined],
    ['needs none if a person does without', { staged, released }, undefined],
    [
      'needs one if a person has only asked for it',
      { staged, released: { ...released, withoutLock: false } },
      'c',
    ],
    [
      'needs one if a person does without for another one',
      { staged, released: { ...released, checksum: commit('d') } },
      'c',
    ],
  ])('%s', (_, situation, locksFor) => {
    expect(decide({ ...found, ...situation }, policy, 'timer')).toMatchObject({ kind: 'restart', locksFor });
  });

  test('takes none for a guest that is stopped: its start asks', () => {
    expect(decide({ ...found, staged, isRunning: false }, policy, 'manual')).toEqual({
      kind: 'leaveStopped',
      releases: undefined,
    });
  });
});

test.each<
  [
    title: string,
    situation: Partial<SwitchState> & { notBefore?: number },
    action: 'stage' | 'switch',
    expected: unknown,
  ]
>([
  ['ends with what is staged', { staged }, 'stage', 'end'],
  ['goes on with a switch', { staged }, 'switch', 'switch'],
  ['ends if nothing is staged', {}, 'switch', 'end'],
  ['ends if nothing is staged but a rollback is due', { rollback }, 'switch', 'end'],
  ['ends if the update is held back', { staged, hold: age }, 'switch', 'end'],
  ['goes on with a switch, for a rollback only', { staged, hold: age, rollback }, 'switch', 'switch'],
  ['says why a switch would be in vain', { staged, inVain }, 'switch', { inVain }],
  ['goes on with a switch, for a rollback', { staged, inVain, rollback }, 'switch', 'switch'],
  ['goes on with a switch, for a stopped guest', { staged, isRunning: false }, 'switch', 'switch'],
  ['ends if a start may be held back', { staged, notBefore: 9, isRunning: false }, 'switch', 'end'],
  ['goes on with a switch, once it is old enough', { staged, notBefore: 9 }, 'switch', 'switch'],
  [
    'goes on with a switch, for a rollback of a stopped guest',
    { staged, notBefore: 9, isRunning: false, rollback },
    'switch',
    'switch',
  ],
])('an update %s', (_, { notBefore = 0, ...situation }, action, expected) => {
  const policy = { action, notBefore, window: undefined };
  expect(afterUpdate({ ...found, ...situation }, policy)).toEqual(expected);
});

test.each<[title: string, free: [bytes: number, files: number], reason: string | undefined]>([
  ['enough', [5e6, 30], undefined],
  ['too few bytes', [4_999_999, 30], 'A deployment takes 5 MB, and 4 MB are free'],
  ['nearly no bytes', [1, 0], 'A deployment takes 5 MB, and 0 MB are free'],
  ['too few inodes', [5e6, 29], 'A deployment takes 30 inodes, and 29 are free'],
])('what is free is compared with what a deployment takes: %s', (_, [bytes, files], reason) => {
  const shortage = shortageOf({ bytes: 5e6, files: 30 }, { bytes, files }, '/x/etc');
  expect(shortage?.reason).toBe(reason);
  if (shortage) expect(shortage.remedy).toMatch(/^Free space there: df -[hi] \/x\/etc$/);
});

describe('a guest that was restarted', () => {
  const quiet: Settling = { isOnTrial: false, machine: 'active', assessment: 'inactive', boot: ['inactive'] };
  test.each<[title: string, seen: Partial<Settling>, idle: number, expected: unknown]>([
    ['has settled', {}, 0, 'settled'],
    ['has settled, after a while', {}, 9, 'settled'],
    ['has settled, and its assessment has not ended yet', { assessment: 'active' }, 0, 'settled'],
    ['is starting', { machine: 'activating' }, 5, { idle: 0 }],
    ['has given up, and its boot step goes on', { machine: 'failed', boot: ['activating'] }, 5, { idle: 0 }],
    ['is about to be started again', { machine: 'failed', boot: ['inactive', 'activating'] }, 5, { idle: 0 }],
    ['is going down', { machine: 'deactivating' }, 5, { idle: 0 }],
    ['is about to be judged', { assessment: 'activating' }, 5, { idle: 0 }],
    ['is judged', { isOnTrial: true, assessment: 'active' }, 5, { idle: 0 }],
    ['is on trial, and nobody judges it', { isOnTrial: true }, 0, { idle: 1 }],
    ['is on trial, and nobody has judged it for a while', { isOnTrial: true }, 8, { idle: 9 }],
    ['is on trial, and nobody will judge it', { isOnTrial: true }, 9, 'abandoned'],
    ['is on trial, and was stopped', { isOnTrial: true, machine: 'inactive' }, 9, 'abandoned'],
  ])('%s', (_, seen, idle, expected) => {
    expect(settle({ ...quiet, ...seen }, idle)).toEqual(expected);
  });

  const well: Restarted = { wanted: 'c', hasProblem: false, next: 'c', isRunning: true };
  test.each<[title: string, how: Partial<Restarted>, stopped: boolean, outcome: string]>([
    ['went well', {}, false, 'switched'],
    ['was stopped meanwhile', { isRunning: false }, true, 'stopped'],
    ['has a problem', { hasProblem: true, isRunning: false }, false, 'failed'],
    ['has had a problem, and runs', { hasProblem: true }, false, 'switched'],
    ['went back', { next: 'b' }, false, 'back'],
    ['went back, and is stopped', { next: 'b', isRunning: false }, false, 'back'],
    ['went back for a problem', { next: 'b', hasProblem: true, isRunning: false }, false, 'back'],
    ['has no deployment any more', { next: undefined }, false, 'back'],
  ])('%s', (_, how, stopped, outcome) => {
    expect(wasStopped({ ...well, ...how })).toBe(stopped);
    expect(outcomeOf({ ...well, ...how })).toBe(outcome);
  });
});
