// What an update does with what its source offers, case by case. Commits are called by one letter.

import { describe, expect, test } from 'vitest';
import type { UpdatePolicy } from '../../src/config/policy.ts';
import type { Staged } from '../../src/state/staged.ts';
import {
  effectOf,
  isSettled,
  mustSupportRehearsals,
  onFetched,
  onOffer,
  stagedSince,
  type UpdateState,
} from '../../src/steps/update/rule.ts';
import { commit, named } from './names.ts';

type Action = UpdatePolicy['action'];

const staged = (checksum: string) => ({ checksum: commit(checksum), refspec: 'site:x', time: 0 });
const failedBefore = { checksum: commit('b'), reason: 'its check failed', time: 0 };
const rollback = { deployment: named('z.0'), var: false, time: 0 };

/** A guest that runs commit a, and is offered commit b. */
const found: UpdateState = {
  deployments: [{ checksum: commit('a') }],
  staged: undefined,
  rollback: undefined,
  offered: 'b',
  isWhole: false,
  rejection: undefined,
};
/** One that was never created. */
const none = { deployments: [] };

const rejected = { kind: 'leaveRejected', rejection: failedBefore };
const fetch = { kind: 'fetch' };

/** Nothing holds an update back. */
const free = { rehearse: false, notBefore: 0, window: undefined, fleetLock: undefined };

describe('the next update has nothing to do if the same is offered', () => {
  const runs = { ...found, offered: commit('a') };
  const waits = { ...found, offered: commit('b'), staged: staged('b'), isWhole: true };
  test.each<[title: string, situation: UpdateState, policy: Partial<UpdatePolicy>, expected: boolean]>([
    ['the guest boots it', runs, {}, true],
    ['the guest boots it, whatever the policy', runs, { action: 'switch', rehearse: true }, true],
    ['its next start boots it', waits, {}, true],
    ['it is new', found, {}, false],
    ['it is not known', { ...runs, offered: undefined }, {}, false],
    ['it was rejected', { ...found, rejection: failedBefore }, {}, false],
    ['the guest boots it, and another one is staged', { ...runs, staged: staged('b') }, {}, false],
    ['the guest boots it, and shall roll back', { ...runs, rollback }, {}, false],
    ['it is staged, and the guest shall roll back', { ...waits, rollback }, {}, false],
    ['it is staged, and has lost objects', { ...waits, isWhole: false }, {}, false],
    ['it is staged for a guest to be created', { ...waits, ...none }, {}, false],
    ['it is staged, and a switch follows', waits, { action: 'switch' }, false],
    ['it is staged, and to be rehearsed', waits, { rehearse: true }, false],
    ['it is staged, and held by its age', waits, { notBefore: 1 }, false],
    ['it is staged, and held by a window', waits, { window: { begins: ['daily'], length: 1 } }, false],
    ['it is staged, and held by a lock', waits, { fleetLock: { url: 'http://x', group: 'x' } }, false],
  ])('%s', (_, situation, policy, expected) => {
    expect(isSettled(situation, { action: 'stage', ...free, ...policy })).toBe(expected);
  });
});

describe('an offer', () => {
  test.each<[title: string, situation: Partial<UpdateState>, action: Action, expected: unknown]>([
    ['that is new', {}, 'stage', fetch],
    ['that is new, if only news are wanted', {}, 'check', { kind: 'announce' }],
    ['that is new, if it is only to be fetched', {}, 'fetch', fetch],
    ['whose commit is not known', { offered: undefined }, 'stage', fetch],
    [
      'whose commit is not known, if only news are wanted',
      { offered: undefined },
      'check',
      { kind: 'announce' },
    ],
    ['for a guest to be created', none, 'stage', fetch],
    ['whose commit is not known, for a guest to be created', { ...none, offered: undefined }, 'stage', fetch],
    ['for a guest to be created: that takes more than news', none, 'check', fetch],
    ['that runs', { offered: 'a' }, 'stage', { kind: 'leave', unstages: true }],
    ['that runs, if only news are wanted', { offered: 'a' }, 'check', { kind: 'leave', unstages: true }],
    [
      'that runs, with another one staged: the source went back',
      { offered: 'a', staged: staged('b') },
      'stage',
      { kind: 'leave', unstages: true },
    ],
    [
      'that runs, and was rejected',
      { offered: 'a', rejection: failedBefore },
      'stage',
      { kind: 'leave', unstages: true },
    ],
    ['that is staged', { staged: staged('b'), isWhole: true }, 'stage', { kind: 'leave', unstages: false }],
    ['that is staged, and lost objects', { staged: staged('b') }, 'stage', fetch],
    ['that is there, and not staged', { isWhole: true }, 'stage', fetch],
    ['that is newer than what is staged', { staged: staged('c'), isWhole: true }, 'stage', fetch],
    [
      'that is staged, for a guest whose creation was cut off',
      { ...none, staged: staged('b'), isWhole: true },
      'stage',
      { kind: 'create' },
    ],
    [
      'that is staged and lost objects, for a guest whose creation was cut off',
      { ...none, staged: staged('b') },
      'stage',
      fetch,
    ],
    ['that failed before', { rejection: failedBefore }, 'stage', rejected],
    ['that failed before, if only news are wanted', { rejection: failedBefore }, 'check', rejected],
    [
      'that failed before, for a guest to be created',
      { ...none, rejection: failedBefore },
      'stage',
      rejected,
    ],
    [
      'that runs further down the boot list',
      { deployments: [{ checksum: commit('a') }, { checksum: commit('b') }] },
      'stage',
      fetch,
    ],
    ['that is new, with a rollback asked for', { rollback }, 'stage', fetch],
  ])('%s', (_, situation, action, expected) => {
    expect(onOffer({ ...found, ...situation }, { action, rehearse: false })).toEqual(expected);
  });
});

describe('what was fetched', () => {
  const plain = { kind: 'stage', rehearses: false, creates: false };
  const creates = { ...plain, creates: true };
  test.each<
    [title: string, situation: Partial<UpdateState>, policy: [Action, 'rehearse'?], expected: unknown]
  >([
    ['is staged', {}, ['stage'], plain],
    ['is staged, to switch to it', {}, ['switch'], plain],
    ['is rehearsed, then staged', {}, ['stage', 'rehearse'], { ...plain, rehearses: true }],
    ['is staged: the switch rehearses it', {}, ['switch', 'rehearse'], plain],
    ['is not staged: it was only to be fetched', {}, ['fetch'], { kind: 'keepFetched', because: 'policy' }],
    [
      'is not staged: a rollback comes first',
      { rollback },
      ['stage'],
      { kind: 'keepFetched', because: 'rollback' },
    ],
    ['is not staged, for either reason', { rollback }, ['fetch'], { kind: 'keepFetched', because: 'policy' }],
    ['creates a guest', none, ['stage'], creates],
    ['creates a guest, though news are all that is wanted of others', none, ['check'], creates],
    ['creates a guest, though others are only to be fetched', none, ['fetch'], creates],
    ['creates a guest: there is nothing to rehearse it against', none, ['stage', 'rehearse'], creates],
    ['turns out to be what runs', { offered: 'a' }, ['stage'], { kind: 'leave', unstages: true }],
    ['turns out to have failed before', { rejection: failedBefore }, ['stage'], rejected],
    [
      'turns out to be what is staged',
      { staged: staged('b'), isWhole: true },
      ['stage'],
      { kind: 'leave', unstages: false },
    ],
  ])('%s', (_, situation, [action, rehearse], expected) => {
    expect(onFetched({ ...found, ...situation }, { action, rehearse: rehearse !== undefined })).toEqual(
      expected,
    );
  });
});

test.each<[title: string, deployments: string, action: Action, rehearse: boolean, expected: boolean]>([
  ['that stages', 'a', 'stage', true, true],
  ['that switches', 'a', 'switch', true, true],
  ['that only fetches', 'a', 'fetch', true, false],
  ['that only checks', 'a', 'check', true, false],
  ['of a guest to be created', '', 'stage', true, false],
  ['without Rehearse=', 'a', 'stage', false, false],
])('whether an update %s needs a guest that can be rehearsed', (_, list, action, rehearse, expected) => {
  const deployments = [...list].map((checksum) => ({ checksum: commit(checksum) }));
  expect(mustSupportRehearsals({ deployments }, { action, rehearse })).toBe(expected);
});

describe('what is staged takes effect', () => {
  const undeployed = { checksum: commit('b'), reason: 'no room', remedy: 'make some', time: 0, etc: [] };
  test.each<[title: string, args: Parameters<typeof effectOf>, expected: unknown]>([
    ['at no time, if nothing is', [undefined, undefined, undefined, true], { kind: 'upToDate' }],
    ['by a reboot', [staged('b'), undefined, undefined, true], { kind: 'nextStart', by: 'reboot' }],
    ['by a start', [staged('b'), undefined, undefined, false], { kind: 'nextStart', by: 'start' }],
    [
      'later, if it is held back',
      [staged('b'), undeployed, { kind: 'window' }, true],
      { kind: 'held', hold: { kind: 'window' } },
    ],
    [
      'perhaps, if it failed before',
      [staged('b'), undeployed, undefined, true],
      { kind: 'failedBefore', undeployed, by: 'reboot' },
    ],
  ])('%s', (_, args, expected) => {
    expect(effectOf(...args)).toEqual(expected);
  });
});

describe('a commit is staged', () => {
  const boot = (name: string, elapsed: number) => ({ boot: name, elapsed: elapsed * minute });
  const minute = 60_000;
  const now = { time: 50 * minute, uptime: boot('b', 30) };
  test.each<[title: string, before: Staged | undefined, since: number]>([
    ['since now', undefined, 50],
    ['since now, if another one was staged before', { ...staged('c'), time: 20 * minute }, 50],
    ['since it was staged first', { ...staged('b'), time: 20 * minute }, 20],
    ['since now, if the clock was ahead then', { ...staged('b'), time: 70 * minute }, 50],
    ['since it was, in this boot', { ...staged('b'), time: 40 * minute, uptime: boot('b', 20) }, 40],
    [
      'and the clock was ahead in this boot',
      { ...staged('b'), time: 70 * minute, uptime: boot('b', 20) },
      40,
    ],
    [
      'and the clock was behind in this boot',
      { ...staged('b'), time: 2 * minute, uptime: boot('b', 20) },
      40,
    ],
    ['and the host was booted since', { ...staged('b'), time: 2 * minute, uptime: boot('a', 20) }, 2],
  ])('%s', (_, before, since) => {
    expect(stagedSince(before, 'b', now)).toEqual({
      time: since * minute,
      uptime: before?.checksum === 'b' ? before.uptime : now.uptime,
    });
  });
});
