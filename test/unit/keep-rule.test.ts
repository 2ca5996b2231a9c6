// What of a guest is kept, and what goes, case by case. Deployments are called by one letter, the default first.

import { expect, test } from 'vitest';
import { leftOut, unneededSnapshots } from '../../src/steps/keep-rule.ts';
import { named } from './names.ts';

test.each<[title: string, list: string, keep: number, needed: string, pinned: string, goes: string]>([
  ['as many as are kept', 'ba', 2, '', '', ''],
  ['fewer', 'a', 2, '', '', ''],
  ['one more', 'cba', 2, '', '', 'a'],
  ['many more', 'edcba', 3, '', '', 'ba'],
  ['one more that is pinned', 'cba', 2, '', 'a', ''],
  ['a pin among those that are kept makes no room', 'dcba', 2, '', 'c', 'ba'],
  ['one more that a trial needs', 'cba', 2, 'ca', '', ''],
  ['two more, and a trial needs one', 'dcba', 2, 'da', '', 'b'],
  ['two more, one needed and one pinned', 'dcba', 2, 'da', 'b', ''],
])('%s', (_, list, keep, needed, pinned, goes) => {
  const deployments = [...list].map((name) => ({ name: named(name), isPinned: pinned.includes(name) }));
  expect(
    leftOut(deployments, keep, [...needed].map(named))
      .map(({ name }) => name)
      .join(''),
  ).toBe(goes);
});

test.each<[title: string, snapshots: string[], deployments: string, goes: string[]]>([
  ['none', [], 'ba', []],
  ['of a deployment in the boot list', ['a'], 'ba', []],
  ['of one that left it', ['a', 'c'], 'ba', ['c']],
  ['what a start makes meanwhile, before it deploys', ['a', 'a.new'], 'ba', []],
  ['what was cut off, and of no use any more', ['c.new', 'removed-1'], 'ba', ['c.new', 'removed-1']],
  [
    'the newest that was replaced, in whatever order',
    ['replaced-2', 'replaced-3', 'replaced-1'],
    'a',
    ['replaced-2', 'replaced-1'],
  ],
  ['what is about to take the place of /var', ['restored', 'restored.new'], 'a', []],
])('snapshots: %s', (_, snapshots, list, goes) => {
  expect(
    unneededSnapshots(
      snapshots,
      [...list].map((name) => ({ name: named(name) })),
    ),
  ).toEqual(goes);
});
