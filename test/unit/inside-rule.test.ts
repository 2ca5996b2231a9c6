// What becomes of an update that a guest's own rpm-ostree makes, case by case. Commits are called by one letter.
import { expect, test } from 'vitest';
import type { UpdatePolicy } from '../../src/config/policy.ts';
import type { CachedUpdate, RpmOstreeDeployment } from '../../src/machine/rpm-ostree.ts';
import type { Rejection } from '../../src/state/rejected.ts';
import {
  type Left,
  onCheck,
  onResult,
  type Repetition,
  type UpgradeCheck,
  whyNotAgain,
} from '../../src/steps/update/inside-rule.ts';
import { commit } from './names.ts';

type Facts = Partial<RpmOstreeDeployment>;

const deployment = (letter: string, more: Facts = {}): RpmOstreeDeployment => ({
  id: `own-${letter}.0`,
  checksum: commit(letter),
  staged: false,
  booted: false,
  ...more,
});
const booted = deployment('a', { booted: true });
const rejections = (letters: string, content?: string): Rejection[] =>
  [...letters].map((letter) => ({ checksum: commit(letter), reason: `${letter} failed`, content, time: 0 }));

interface Asked {
  readonly check?: UpgradeCheck;
  /** The first deployment; by default the booted one, of commit a. */
  readonly first?: RpmOstreeDeployment | 'none';
  readonly cached?: CachedUpdate | null;
  readonly rejected?: string;
  readonly action?: UpdatePolicy['action'];
}

const b = { checksum: 'b', version: '2', 'ref-has-new-commit': true };
const packagesOnly = { checksum: 'a', 'ref-has-new-commit': false };
const layered = deployment('a', { booted: true, 'base-checksum': commit('0') });
const crashed = { check: 'unknown' } as const;
const pending = deployment('a', { booted: true, 'pending-base-checksum': 'b' });

test.each<[title: string, asked: Asked, expected: string]>([
  ['a new commit', { cached: b }, 'stage, upgrades, of b'],
  ['a new commit; only check', { cached: b, action: 'check' }, 'announce b'],
  ['a new commit; only fetch', { cached: b, action: 'fetch' }, 'download b'],
  ['a new commit; switch, too', { cached: b, action: 'switch' }, 'stage, upgrades, of b'],
  ['nothing: the declared packages are still staged', { check: 'nothing' }, 'stage'],
  ['nothing, though an old offer is cached', { check: 'nothing', cached: b }, 'stage'],
  ['nothing, though the metadata of a commit is there', { check: 'nothing', first: pending }, 'stage'],
  ['nothing; only check', { check: 'nothing', action: 'check' }, 'end'],
  ['nothing; only fetch', { check: 'nothing', action: 'fetch' }, 'end'],
  ['something without a name', { cached: null }, 'stage, upgrades, of ?'],
  ['something without a name; only check', { action: 'check' }, 'announce ?'],
  ['new packages', { cached: packagesOnly }, 'stage, upgrades, of a'],
  ['a commit that failed', { cached: b, rejected: 'b' }, 'stage, leaves b'],
  ['a commit that failed; only check', { cached: b, rejected: 'b', action: 'check' }, 'leave b'],
  ['a commit that failed; only fetch', { cached: b, rejected: 'b', action: 'fetch' }, 'leave b'],
  ['a new commit, and another one failed', { cached: b, rejected: 'cd' }, 'stage, upgrades, of b'],
  ['new packages over a tree that failed', { cached: packagesOnly, rejected: 'a' }, 'stage, upgrades, of a'],
  [
    'a tree that failed, below layers: the result is another commit',
    { cached: b, first: layered, rejected: 'b' },
    'stage, upgrades, of b',
  ],
  ['a guest without deployments', { first: 'none', cached: b }, 'stage, upgrades, of b'],
  [
    'an offer that failed, to a guest without deployments',
    { first: 'none', cached: b, rejected: 'b' },
    'stage, leaves b',
  ],
  ['asking crashed', { ...crashed, cached: b }, 'stage, upgrades'],
  ['asking crashed; only check', { ...crashed, action: 'check' }, 'end'],
  ['asking crashed; the metadata had arrived', { ...crashed, first: pending }, 'stage, upgrades, of b'],
  [
    'asking crashed; the metadata had arrived, of what failed',
    { ...crashed, first: pending, rejected: 'b' },
    'stage, leaves b',
  ],
  ['asking crashed in a guest without deployments', { ...crashed, first: 'none' }, 'stage, upgrades'],
  ['a deployment waits for its first boot', { cached: b, first: deployment('b') }, 'wait for b'],
  ['one is staged already', { cached: b, first: deployment('b', { staged: true }) }, 'stage, upgrades, of b'],
])('asked: %s', (_, { check = 'new', first = booted, cached, rejected = '', action = 'stage' }, expected) => {
  const deployments = first === 'none' ? [] : [first];
  const status = { deployments, ...(cached !== undefined && { 'cached-update': cached }) };
  const decision = onCheck({ check, status, rejected: rejections(rejected) }, action);
  const words = () => {
    switch (decision.kind) {
      case 'wait':
        return `wait for ${decision.next.checksum}`;
      case 'end':
        return 'end';
      case 'leave':
        return `leave ${decision.rejection.checksum}`;
      case 'announce':
      case 'download':
        return `${decision.kind} ${decision.offer.checksum ?? '?'}`;
      case 'stage': {
        const { upgrades, offer, left } = decision;
        const what = left
          ? `, leaves ${left.rejection.checksum}`
          : offer
            ? `, of ${offer.checksum ?? '?'}`
            : '';
        return `stage${upgrades ? ', upgrades' : ''}${what}`;
      }
    }
  };
  expect(words()).toBe(expected);
});

const refused = { attempt: 'this', rejected: commit('b'), time: 0 };
const again: Repetition = { trigger: 'timer', attempt: 'this', refused, isRecent: true };

test.each<[title: string, change: Partial<Repetition>, rejected: string, expected: string | undefined]>([
  ['the same within a day', {}, 'ab', 'b'],
  ['the same, after a day', { isRecent: false }, 'ab', undefined],
  ['the same, asked for by a person', { trigger: 'manual' }, 'ab', undefined],
  ['another attempt', { attempt: 'other' }, 'ab', undefined],
  ['the first attempt', { refused: undefined }, 'ab', undefined],
  ['the same, and its result is forgiven', {}, 'a', undefined],
])('not repeated: %s', (_, change, rejected, expected) => {
  expect(whyNotAgain({ ...again, ...change }, rejections(rejected))?.checksum).toBe(expected);
});

interface Made {
  readonly made?: RpmOstreeDeployment;
  readonly current?: RpmOstreeDeployment;
  readonly left?: Left | undefined;
  readonly rejected?: readonly Rejection[];
}

const staged = (letter: string, more: Facts = {}) => deployment(letter, { staged: true, ...more });
const [rejectedC] = rejections('c');
const left = rejectedC && { rejection: rejectedC, offer: { checksum: 'c' } };
const ofContent = (more: Facts = {}) => staged('b', { 'container-image-reference-digest': 'same', ...more });

test.each<[title: string, result: Made, expected: string]>([
  ['something new', { made: staged('b') }, 'staged b'],
  ['nothing', { made: booted }, 'same'],
  ['nothing, in a guest without deployments', {}, 'same'],
  ['what was staged before', { made: staged('b'), current: staged('b') }, 'same, staged b'],
  ['something that is not staged', { made: deployment('b') }, 'same'],
  ['what failed before', { made: staged('b'), rejected: rejections('ab') }, 'drop b: b failed'],
  [
    'what was staged before, and failed since',
    { made: staged('b'), current: staged('b'), rejected: rejections('b') },
    'drop b: b failed',
  ],
  [
    'the content of what failed',
    { made: ofContent(), rejected: rejections('c', 'same') },
    'drop b: c failed',
  ],
  [
    'the content and the commit of what failed',
    { made: ofContent(), rejected: rejections('cb', 'same') },
    'drop b: b failed',
  ],
  ['other content', { made: ofContent(), rejected: rejections('c', 'other') }, 'staged b'],
  ['something whose content is not known', { made: staged('b'), rejected: rejections('c') }, 'staged b'],
  ['nothing, and the running commit failed', { made: booted, rejected: rejections('a') }, 'same'],
  ['nothing, and an offer was left', { made: booted, left }, 'leave c'],
  ['the declared packages, and an offer was left', { made: staged('b'), left }, 'staged b'],
  [
    'what was staged before, and an offer was left',
    { made: staged('b'), current: staged('b'), left },
    'leave c',
  ],
])('resulted in %s', (_, { made, current = booted, left, rejected = [] }, expected) => {
  const result = onResult(made, current, left, rejected);
  const words = () => {
    switch (result.kind) {
      case 'drop':
        return `drop ${result.made.checksum}: ${result.rejection.reason}`;
      case 'staged':
        return `staged ${result.made.checksum}`;
      case 'leave':
        return `leave ${result.rejection.checksum}`;
      case 'same':
        return result.staged ? `same, staged ${result.staged.checksum}` : 'same';
    }
  };
  expect(words()).toBe(expected);
});
