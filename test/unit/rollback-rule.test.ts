// What becomes of a wish to roll back, case by case. Deployments are called by one letter, the default first.

import { expect, test } from 'vitest';
import { isNamed } from '../../src/steps/update/ask-for-rollback.ts';
import { failedLast, onWish } from '../../src/steps/update/rollback-rule.ts';
import { commit, named } from './names.ts';

interface Situation {
  /** Two deployments of one commit have one letter and different numbers: a0, a1. */
  list: string[];
  rejected?: string;
  snapshots?: string;
  wanted?: string;
  withVar?: true;
}

test.each<[title: string, situation: Situation, expected: string]>([
  ['the one before', { list: ['b0', 'a0'] }, 'ask a0, rejects'],
  ['the one before that has not failed', { list: ['c0', 'b0', 'a0'], rejected: 'b' }, 'ask a0, rejects'],
  ['the one before, though the default has failed', { list: ['b0', 'a0'], rejected: 'b' }, 'ask a0, rejects'],
  ['the one before, and there is none', { list: ['a0'] }, 'refuse'],
  ['the one before, and all have failed', { list: ['b0', 'a0'], rejected: 'a' }, 'refuse'],
  ['any, and there is no deployment', { list: [] }, 'refuse'],
  ['one that is named, and there is no deployment', { list: [], wanted: 'a0' }, 'refuse'],
  ['one that is named', { list: ['c0', 'b0', 'a0'], wanted: 'a0' }, 'ask a0, rejects'],
  [
    'one that is named, though it has failed',
    { list: ['b0', 'a0'], rejected: 'a', wanted: 'a0' },
    'ask a0, rejects',
  ],
  ['one that is named, and is not there', { list: ['b0', 'a0'], wanted: 'z0' }, 'refuse'],
  ['the default: called off', { list: ['b0', 'a0'], wanted: 'b0' }, 'callOff b0'],
  ['the default, with /var: called off', { list: ['b0', 'a0'], wanted: 'b0', withVar: true }, 'callOff b0'],
  ['another deployment of the same commit', { list: ['a1', 'a0'], wanted: 'a0' }, 'ask a0'],
  ['with /var, and its snapshot', { list: ['b0', 'a0'], snapshots: 'a', withVar: true }, 'ask a0, rejects'],
  ['with /var, and no snapshot of it', { list: ['b0', 'a0'], snapshots: 'b', withVar: true }, 'refuseVar a0'],
])('roll back to %s', (_, { list, rejected = '', snapshots = '', wanted, withVar }, expected) => {
  const deployments = list.map((name) => {
    const checksum = name.charAt(0);
    return {
      name: named(name),
      checksum: commit(checksum),
      hasFailed: rejected.includes(checksum),
      hasSnapshot: snapshots.includes(checksum),
    };
  });
  const decision = onWish(deployments, wanted, withVar === true);
  const target = 'target' in decision ? ` ${decision.target.name}` : '';
  const rejects = decision.kind === 'ask' && decision.rejects ? ', rejects' : '';
  expect(`${decision.kind}${target}${rejects}`).toBe(expected);
});

test.each([
  ['aaaa', true],
  ['aaaaaaaaaaaa.1', true],
  [`${'a'.repeat(64)}.1`, true],
  ['aaaaaaaaaaaa.0', false],
  ['aab', false],
  ['.1', false],
  ['', false],
])('the deployment aaaa….1 by the name %j: %s', (name, is) => {
  expect(isNamed({ checksum: commit('a'.repeat(64)), serial: 1 }, name)).toBe(is);
});

// As a campaign found it: the guest gave a deployment up, a person forgave it, and rolled back to it. Verdicts name a version.
test.each([
  ['was never tried', [], false],
  ['was given up, and then forgiven', ['switch failed a 1'], true],
  ['failed once, and was found healthy later', ['switch failed a 1', 'switch blessed a 1'], false],
  ['was healthy, and failed when it came again', ['switch blessed a 1', 'switch failed a 1'], true],
  ['is another one than the one that failed', ['switch failed b 1'], false],
  ['could not be fetched or rehearsed', ['update failed a 1', 'rehearse failed a 1'], false],
  ['was healthy, and could later not be deployed', ['switch blessed a 1', 'switch failed a'], false],
  ['was refused a lock by a mistake', ['switch failed a'], false],
  ['was given up, and waits for a lock to come again', ['switch failed a 1', 'switch waiting a'], true],
] as const)('roll back, and the commit %s', (_, lines, expected) => {
  const attempts = lines.map((line) => {
    const [action, outcome, to = '', version] = line.split(' ');
    return { action, outcome, to: commit(to), version } as Parameters<typeof failedLast>[0][number];
  });
  expect(failedLast(attempts, commit('a'))).toBe(expected);
});
