// What a start of a guest does, case by case. Deployments are called by one letter: 'b' is the one that commit b was deployed as.

import { expect, test } from 'vitest';
import type { UpdatePolicy } from '../../src/config/policy.ts';
import {
  type BootDecision,
  type BootState,
  type Candidate,
  decide,
  type EndedStart,
  onEndedStart,
} from '../../src/steps/boot/rule.ts';
import { noHold } from '../../src/steps/hold-rule.ts';
import { commit, named } from './names.ts';

const nameOf = (letter: string) => named(`${letter.repeat(64)}.0`);

/** A deployment; on trial if it has a number of starts left, with the one to go back to. */
function deployment(
  letter: string,
  more: { left?: number; fallback?: string | null; pinned?: true } = {},
): Candidate {
  const { left, fallback = 'a', pinned } = more;
  const name = nameOf(letter);
  const entry = { file: `/entries/${letter}.conf`, version: 1 };
  const trial =
    left === undefined
      ? undefined
      : {
          deployment: name,
          fallback: fallback === null ? undefined : nameOf(fallback),
          since: 0,
          tries: 2,
          left,
        };
  return {
    name,
    checksum: commit(letter.repeat(64)),
    serial: 0,
    title: letter,
    path: `/${letter}`,
    entry,
    trial,
    isPinned: pinned === true,
  };
}

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((letter) => deployment(letter)) as [
  Candidate,
  Candidate,
  Candidate,
  Candidate,
];
const onTrial = deployment('b', { left: 2 });
const failed = deployment('b', { left: 0 });
const unreadable: Candidate = { ...b, trial: 'unreadable' };
const update = (letter: string) => ({ checksum: commit(letter.repeat(64)), refspec: 'site:x', time: 0 });
const wish = (letter: string) => ({ deployment: nameOf(letter), var: false, time: 0 });
const names = (...letters: string[]) => letters.map(nameOf);

type Situation = Partial<BootState> & {
  keep?: number;
  by?: 'rpm-ostree';
  notBefore?: number;
  rehearse?: boolean;
  window?: UpdatePolicy['window'];
};

/** Updates are deployed only in windows, and it is in none. */
const closed = {
  window: { begins: ['Sun'], length: 9 },
  hold: { at: 100, isInWindow: false, released: undefined, holdsLock: true },
};
const opened = { ...closed, hold: { ...closed.hold, isInWindow: true } };
const released = (letter: string) => ({
  ...closed,
  notBefore: 500,
  hold: { ...closed.hold, released: { checksum: commit(letter.repeat(64)), withoutLock: false } },
});

/** An update is deployed only after its rehearsal. */
const unrehearsed = { rehearse: true, deployments: [a], hold: noHold };
const rehearsed = (letter: string) => ({
  ...unrehearsed,
  hold: { ...noHold, rehearsed: commit(letter.repeat(64)) },
});

const start = { deployments: [], hold: noHold, isSafe: true, tried: [], failed: [] };

/** The decision in a few words: its kind, and what it is about. */
function decided({ keep = 2, by, notBefore = 0, rehearse, window, ...situation }: Situation): string {
  const state: BootState = { ...start, ...situation };
  return told(decide(state, { keep, by: by ?? 'host', notBefore, rehearse: rehearse === true, window }));
}

function told(decision: BootDecision): string {
  const letters = (text: string) => text.replace(/([a-z])\1{63}(\.0)?/g, '$1');
  const trialOf = (trial: { deployment: string; fallback: string; isNew: boolean } | undefined) =>
    trial
      ? `${trial.isNew ? 'tries' : 'goes on trying'} ${trial.deployment}, else ${trial.fallback}`
      : 'no trial';
  const words = () => {
    switch (decision.kind) {
      case 'boot':
        return `boot ${decision.deployment.name}`;
      case 'rollBack':
        return `rollBack to ${decision.to.name}`;
      case 'forgetRollback':
        return `forgetRollback to ${decision.deployment}`;
      case 'noteBootList':
        return `noteBootList ${decision.seen.join(' ')}: ${trialOf(decision.trial)}`;
      case 'giveUp':
        return `giveUp ${decision.failed.name} for ${decision.fallback.name}: ${decision.reason}`;
      case 'keepFailed':
        return `keepFailed ${decision.failed.name}`;
      case 'putOnTrial':
        return `putOnTrial: ${trialOf(decision.trial)}`;
      case 'deploy':
        return `deploy ${decision.staged.checksum}`;
      case 'complete': {
        const out = decision.leftOut.map(({ name }) => name).join(' ');
        return `complete: ${trialOf(decision.trial)}; leaves out ${out || 'none'}`;
      }
      case 'countStart':
        return `countStart of ${decision.trial.deployment}`;
      default:
        return decision.kind;
    }
  };
  return letters(words());
}

test.each<[title: string, situation: Situation, expected: string]>([
  // A plain start.
  ['was never created', {}, 'notCreated'],
  ['has one deployment', { deployments: [a] }, 'boot a'],
  ['has two deployments that are both good', { deployments: [b, a] }, 'boot b'],
  ['has an older deployment on trial', { deployments: [a, onTrial] }, 'boot a'],
  [
    'has a rejected commit that it runs all the same',
    { deployments: [b, a], rejection: { checksum: b.checksum, reason: 'x', time: 0 } },
    'boot b',
  ],

  // The way of an update.
  ['is created: something is staged', { staged: update('a') }, 'claim'],
  ['is created: it was claimed', { claimed: update('a'), tried: ['claim'] }, 'deploy a'],
  [
    'is created: it was deployed',
    { deployments: [a], claimed: update('a'), tried: ['claim', 'deploy'] },
    'complete: no trial; leaves out none',
  ],
  ['is created: all is done', { deployments: [a], tried: ['claim', 'deploy', 'complete'] }, 'boot a'],
  ['has an update staged', { deployments: [a], staged: update('b') }, 'claim'],
  ['has claimed an update', { deployments: [a], claimed: update('b'), tried: ['claim'] }, 'deploy b'],
  [
    'has deployed an update',
    { deployments: [b, a], claimed: update('b'), tried: ['claim', 'deploy'] },
    'complete: tries b, else a; leaves out none',
  ],
  [
    'has put an update on trial',
    { deployments: [onTrial, a], tried: ['claim', 'deploy', 'complete'] },
    'countStart of b',
  ],
  [
    'has counted the start',
    { deployments: [deployment('b', { left: 1 }), a], tried: ['countStart'] },
    'boot b',
  ],
  ['has counted its last start', { deployments: [failed, a], tried: ['countStart'] }, 'boot b'],
  [
    'has counted its last start, and something newer is staged',
    { deployments: [failed, a], staged: update('c'), tried: ['countStart'] },
    'boot b',
  ],
  ['starts again on trial', { deployments: [deployment('b', { left: 1 }), a] }, 'countStart of b'],

  // An update on top of one that is still on trial.
  [
    'has something newer staged while it is on trial',
    { deployments: [onTrial, a], staged: update('c') },
    'claim',
  ],
  [
    'has deployed over one that is on trial: that is none to go back to',
    { deployments: [c, onTrial, a], claimed: update('c') },
    'complete: tries c, else a; leaves out none',
  ],

  // A start that was cut off.
  ['was cut off after it claimed', { deployments: [a], claimed: update('b') }, 'deploy b'],
  [
    'was cut off after it deployed',
    { deployments: [b, a], claimed: update('b') },
    'complete: tries b, else a; leaves out none',
  ],
  [
    'was cut off after it began the trial',
    { deployments: [onTrial, a], claimed: update('b') },
    'complete: goes on trying b, else a; leaves out none',
  ],
  [
    'was cut off after it ended the trial of the one before: that is still none to go back to',
    { deployments: [deployment('c', { left: 2 }), b, a], claimed: update('c') },
    'complete: goes on trying c, else a; leaves out none',
  ],
  [
    'was cut off before it deployed, and something newer is staged',
    { deployments: [a], claimed: update('b'), staged: update('c') },
    'claim',
  ],
  [
    'was cut off after it deployed, and something newer is staged',
    { deployments: [b, a], claimed: update('b'), staged: update('c') },
    'putOnTrial: tries b, else a',
  ],
  [
    'has put that on trial',
    { deployments: [onTrial, a], claimed: update('b'), staged: update('c'), tried: ['putOnTrial'] },
    'claim',
  ],
  [
    'has that on trial already',
    { deployments: [onTrial, a], claimed: update('b'), staged: update('c') },
    'claim',
  ],
  [
    'could not put that on trial',
    { deployments: [b, a], claimed: update('b'), staged: update('c'), tried: ['putOnTrial'] },
    'claim',
  ],
  [
    'was cut off when it was created, and something newer is staged',
    { deployments: [a], claimed: update('a'), staged: update('b') },
    'claim',
  ],
  [
    'gets something newer while it deploys: the next start takes that',
    { deployments: [b, a], claimed: update('b'), staged: update('c'), tried: ['claim', 'deploy'] },
    'complete: tries b, else a; leaves out none',
  ],
  [
    'gets something newer when all is done',
    { deployments: [a], staged: update('c'), tried: ['claim', 'deploy', 'complete'] },
    'boot a',
  ],

  // What is staged is held back: test/unit/hold-rule.test.ts has more.
  [
    'has an update staged, outside of its window',
    { ...closed, deployments: [a], staged: update('b') },
    'boot a',
  ],
  ['has an update staged, in its window', { ...opened, deployments: [a], staged: update('b') }, 'claim'],
  [
    'has an update staged that is too new',
    { ...opened, notBefore: 101, deployments: [a], staged: update('b') },
    'boot a',
  ],
  [
    'has an update staged that is old enough',
    { ...opened, notBefore: 100, deployments: [a], staged: update('b') },
    'claim',
  ],
  [
    'has an update staged that somebody asked for',
    { ...released('b'), deployments: [a], staged: update('b') },
    'claim',
  ],
  [
    'has an update staged, and somebody asked for another one',
    { ...released('c'), deployments: [a], staged: update('b') },
    'boot a',
  ],
  ['has an update staged that was not rehearsed', { ...unrehearsed, staged: update('b') }, 'boot a'],
  ['has an update staged that was rehearsed', { ...rehearsed('b'), staged: update('b') }, 'claim'],
  [
    'has an update staged after another one was rehearsed',
    { ...rehearsed('c'), staged: update('b') },
    'boot a',
  ],
  ['has claimed an update that was not rehearsed', { ...unrehearsed, claimed: update('b') }, 'boot a'],
  ['is created by what was not rehearsed', { ...unrehearsed, deployments: [], staged: update('a') }, 'claim'],
  ['is created outside of its window', { ...closed, staged: update('a') }, 'claim'],
  [
    'is created outside of its window: it was claimed',
    { ...closed, claimed: update('a'), tried: ['claim'] },
    'deploy a',
  ],
  [
    'was cut off before it deployed, and the window has ended',
    { ...closed, deployments: [a], claimed: update('b') },
    'boot a',
  ],
  [
    'was cut off before it deployed, and the window has begun again',
    { ...opened, deployments: [a], claimed: update('b') },
    'deploy b',
  ],
  [
    'was cut off after it deployed, and the window has ended',
    { ...closed, deployments: [b, a], claimed: update('b') },
    'complete: tries b, else a; leaves out none',
  ],
  [
    'was cut off after it deployed, and something newer waits for the window',
    { ...closed, deployments: [b, a], claimed: update('b'), staged: update('c') },
    'complete: tries b, else a; leaves out none',
  ],
  ['is on trial outside of its window', { ...closed, deployments: [onTrial, a] }, 'countStart of b'],
  [
    'has failed outside of its window',
    { ...closed, deployments: [failed, a], staged: update('c') },
    'giveUp b for a: it was not found healthy after 2 starts',
  ],
  [
    'is to roll back outside of its window',
    { ...closed, deployments: [b, a], rollback: wish('a') },
    'rollBack to a',
  ],

  // What fails does not keep the guest from starting.
  ['could not claim', { deployments: [a], staged: update('b'), tried: ['claim'] }, 'boot a'],
  ['could not deploy', { deployments: [a], claimed: update('b'), tried: ['claim', 'deploy'] }, 'boot a'],
  ['could not be created', { claimed: update('a'), tried: ['claim', 'deploy'] }, 'notCreated'],
  [
    'could not complete',
    { deployments: [onTrial, a], claimed: update('b'), tried: ['complete'] },
    'countStart of b',
  ],
  [
    'could not count: it would never end',
    { deployments: [onTrial, a], tried: ['countStart'], failed: ['countStart'] },
    'boot a',
  ],
  [
    'could not count, and has nothing to go back to',
    { deployments: [onTrial], tried: ['countStart'], failed: ['countStart'] },
    'boot b',
  ],
  [
    'has written what cannot be kept',
    { deployments: [a], isSafe: false, staged: update('b'), rollback: wish('a') },
    'boot a',
  ],
  [
    'has deployed, and has written what cannot be kept',
    { deployments: [b, a], isSafe: false, claimed: update('b') },
    'boot b',
  ],
  [
    'is on trial, and has written what cannot be kept',
    { deployments: [onTrial, a], isSafe: false, staged: update('c') },
    'countStart of b',
  ],
  [
    'has failed, and has written what cannot be kept',
    { deployments: [failed, a], isSafe: false },
    'giveUp b for a: it was not found healthy after 2 starts',
  ],
  [
    'has a trial that cannot be read: nothing new is deployed',
    { deployments: [unreadable, a], staged: update('c') },
    'boot b',
  ],
  [
    'has a trial of the one before that cannot be read: nothing new is completed',
    { deployments: [a, unreadable], claimed: update('a') },
    'boot a',
  ],
  [
    'has an older trial that cannot be read',
    { deployments: [c, a, unreadable], staged: update('d') },
    'claim',
  ],

  // It goes back by itself.
  [
    'has used up its starts',
    { deployments: [failed, a] },
    'giveUp b for a: it was not found healthy after 2 starts',
  ],
  [
    'was found faulty',
    { deployments: [failed, a], rejection: { checksum: b.checksum, reason: 'its check failed', time: 0 } },
    'giveUp b for a: its check failed',
  ],
  [
    'has something newer staged: it goes back first',
    { deployments: [failed, a], staged: update('c') },
    'giveUp b for a: it was not found healthy after 2 starts',
  ],
  [
    'has gone back, and something newer is staged',
    { deployments: [a, b], staged: update('c'), tried: ['giveUp'] },
    'claim',
  ],
  [
    'goes back to one further down',
    { deployments: [failed, c, a] },
    'giveUp b for a: it was not found healthy after 2 starts',
  ],
  [
    'could not write down that it goes back',
    { deployments: [failed, a], staged: update('c'), tried: ['giveUp'] },
    'boot a',
  ],
  ['has failed, and the one to go back to is gone', { deployments: [failed, c] }, 'keepFailed b'],
  ['could not write that down either', { deployments: [failed, c], tried: ['keepFailed'] }, 'boot b'],
  [
    'has kept what failed, and something newer is staged',
    { deployments: [b, c], staged: update('d'), tried: ['keepFailed'] },
    'claim',
  ],

  // The file of a trial is damaged, and only its name is known.
  [
    'has used up its starts, and the one to go back to is not known: it is the next one',
    { deployments: [deployment('b', { left: 0, fallback: null }), c, a] },
    'giveUp b for c: it was not found healthy after 2 starts',
  ],
  [
    'has used up its starts, and there is no next one',
    { deployments: [deployment('b', { left: 0, fallback: null })] },
    'keepFailed b',
  ],
  [
    'could not write down that it goes back to the next one',
    { deployments: [deployment('b', { left: 0, fallback: null }), c, a], tried: ['giveUp'] },
    'boot c',
  ],
  [
    'has deployed over one on trial, and the one to go back to is not known',
    { deployments: [c, deployment('b', { left: 1, fallback: null }), a], claimed: update('c') },
    'complete: tries c, else a; leaves out none',
  ],
  [
    'has deployed over one on trial, and the one to go back to is gone',
    { deployments: [c, deployment('b', { left: 1, fallback: 'd' }), a], claimed: update('c') },
    'complete: tries c, else b; leaves out a',
  ],

  // Somebody asked for another deployment.
  ['is to roll back', { deployments: [b, a], rollback: wish('a') }, 'rollBack to a'],
  [
    'is to roll back, whatever is staged or on trial',
    { deployments: [onTrial, a], rollback: wish('a'), staged: update('c') },
    'rollBack to a',
  ],
  ['is to roll back from what failed', { deployments: [failed, c, a], rollback: wish('c') }, 'rollBack to c'],
  ['is to roll back to what is gone', { deployments: [b, a], rollback: wish('d') }, 'forgetRollback to d'],
  ['has rolled back', { deployments: [a, b], tried: ['rollBack'] }, 'boot a'],
  ['could not roll back', { deployments: [b, a], rollback: wish('a'), tried: ['rollBack'] }, 'boot b'],
  [
    'could not forget that',
    { deployments: [b, a], rollback: wish('d'), tried: ['forgetRollback'] },
    'boot b',
  ],

  // It manages itself.
  [
    'manages itself, and was never looked at',
    { by: 'rpm-ostree', deployments: [b, a] },
    'noteBootList b a: no trial',
  ],
  [
    'manages itself, and has nothing new',
    { by: 'rpm-ostree', deployments: [b, a], seen: names('b', 'a') },
    'boot b',
  ],
  [
    'manages itself, and has deployed',
    { by: 'rpm-ostree', deployments: [b, a], seen: names('a') },
    'noteBootList b a: tries b, else a',
  ],
  [
    'manages itself, and went back',
    { by: 'rpm-ostree', deployments: [a, b], seen: names('b', 'a') },
    'noteBootList a b: no trial',
  ],
  [
    'manages itself, and has only what is new',
    { by: 'rpm-ostree', deployments: [b], seen: names('a') },
    'noteBootList b: no trial',
  ],
  [
    'manages itself, and could not note that',
    { by: 'rpm-ostree', deployments: [b, a], seen: names('a'), tried: ['noteBootList'] },
    'boot b',
  ],
  [
    'manages itself, and its trial cannot be read',
    { by: 'rpm-ostree', deployments: [unreadable, a], seen: names('a') },
    'boot b',
  ],
  ['manages itself, and is to be created', { by: 'rpm-ostree', staged: update('a') }, 'claim'],
  [
    'manages itself, and has failed',
    { by: 'rpm-ostree', deployments: [failed, a], seen: names('b', 'a') },
    'giveUp b for a: it was not found healthy after 2 starts',
  ],
  ['does not manage itself any more', { deployments: [b, a], seen: names('a') }, 'boot b'],

  // What is kept: test/unit/keep-rule.test.ts has more.
  [
    'has more than it keeps',
    { deployments: [c, b, a], claimed: update('c') },
    'complete: tries c, else b; leaves out a',
  ],
  [
    'has more than it keeps, and three are kept',
    { deployments: [d, c, b, a], claimed: update('d'), keep: 3 },
    'complete: tries d, else c; leaves out a',
  ],
  [
    'has more than it keeps, and one is pinned',
    { deployments: [d, c, deployment('b', { pinned: true }), a], claimed: update('d') },
    'complete: tries d, else c; leaves out a',
  ],
  [
    'has more than it keeps, and one to go back to',
    { deployments: [d, onTrial, c, a], claimed: update('d') },
    'complete: tries d, else a; leaves out c',
  ],
])('a guest that %s', (_, situation, expected) => {
  expect(decided(situation)).toBe(expected);
});

test.each<
  [title: string, EndedStart['start'], of: 'new' | 'on trial' | 'new, on trial' | 'as it was', string]
>([
  ['still waits for it', 'goes on', 'new, on trial', ''],
  ['was stopped', 'stopped', 'as it was', ''],
  ['was stopped, once it had gone back', 'stopped', 'new', ''],
  ['was stopped, of a deployment on trial', 'stopped', 'on trial', 'uncounts'],
  ['was stopped, once it had deployed', 'stopped', 'new, on trial', 'uncounts'],
  ['took too long, for what runs anyway', 'timed out', 'as it was', ''],
  ['took too long, because it went back', 'timed out', 'new', 'starts again'],
  ['took too long, because it deployed', 'timed out', 'new, on trial', 'uncounts, starts again'],
  // Its tree may be the reason, each time.
  ['took too long, of a deployment on trial', 'timed out', 'on trial', 'starts again'],
])('the boot step of a start that %s', (_, start, of, expected) => {
  const { uncounts, startsAgain } = onEndedStart({
    start,
    isOnTrial: of.endsWith('on trial'),
    isNew: of.startsWith('new'),
  });
  const follows = [uncounts && 'uncounts', startsAgain && 'starts again'].filter(Boolean);
  expect(follows.join(', ')).toBe(expected);
});
