// What is made of what a guest's rpm-ostree says.

import { expect, test } from 'vitest';
import { type RpmOstreeDeployment, reasonOf } from '../../src/machine/rpm-ostree.ts';
import { broughtBy, changesTo } from '../../src/steps/update/change-packages-inside.ts';
import { contentOf } from '../../src/steps/update/inside-rule.ts';
import { commit } from './names.ts';

const deployment = (more: Partial<RpmOstreeDeployment>): RpmOstreeDeployment => ({
  id: 'own-a.0',
  checksum: commit('a'.repeat(64)),
  staged: false,
  booted: true,
  ...more,
});

test.each([
  ['error: Packages not found: x\n', 'Packages not found: x'],
  [
    'error: Bus owner changed, aborting. See `journalctl -xe`.\n',
    'Bus owner changed, aborting. See `journalctl -xe`',
  ],
  [
    'one\nLoading\nfuse: device not found\nerror: Loading sysroot: exit status: 1\n',
    'Loading sysroot: exit status: 1 (before that: Loading; fuse: device not found)',
  ],
  [
    'error: Could not depsolve transaction; 1 problem detected:\n Problem: conflicting requests\n  - nothing provides b\n',
    'Could not depsolve transaction; 1 problem detected: Problem: conflicting requests - nothing provides b',
  ],
  ['Note: --check may be unreliable.\n', ''],
  ['error: \u001b[31mred\u0007\n', ' [31mred'],
  ['it hangs\n', 'it hangs'],
  ['', ''],
])('%j', (stderr, reason) => {
  expect(reasonOf(stderr)).toBe(reason);
});

test('commits of the same packages over the same tree have the same content', () => {
  const layered = (state: string) =>
    deployment({ 'base-checksum': commit('b'), 'layered-commit-meta': { 'rpmostree.state-sha512': state } });
  expect(contentOf(layered('1'))).toBe(contentOf({ ...layered('1'), checksum: commit('c'.repeat(64)) }));
  expect(contentOf(layered('1'))).not.toBe(contentOf(layered('2')));
  expect(contentOf(deployment({ 'container-image-reference-digest': 'sha256:1' }))).toBe('sha256:1');
  // The commit of a tree says all of it.
  expect(contentOf(deployment({}))).toBeUndefined();
});

const none = { install: [], remove: [] };
const current = deployment({
  'requested-packages': ['tool', 'by-hand'],
  'requested-base-removals': ['nano', 'less'],
});

test.each([
  ['nothing was ever declared', none, none, {}],
  [
    'a list that is declared is all there is',
    { install: ['tool', 'new'], remove: ['nano', 'vi'] },
    none,
    { uninstall: ['by-hand'], install: ['new'], reset: ['less'], remove: ['vi'] },
  ],
  ['one list alone leaves the other', { install: ['tool'], remove: [] }, none, { uninstall: ['by-hand'] }],
  [
    'what is no longer declared is undone, and what was done by hand is not',
    none,
    { install: ['tool', 'gone'], remove: ['less'] },
    { uninstall: ['tool'], reset: ['less'] },
  ],
])('packages inside: %s', (_, declared, before, changes) => {
  const unchanged = { reset: [], uninstall: [], install: [], remove: [] };
  expect(changesTo(current, declared, before)).toEqual({ ...unchanged, ...changes });
});

test('what was undone counts as brought while the guest may go back to it', () => {
  const before = { install: ['tool', 'gone'], remove: ['less'] };
  expect(broughtBy({ install: ['new'], remove: [] }, before, [deployment({}), current])).toEqual({
    install: ['new', 'tool'],
    remove: ['less'],
  });
  expect(broughtBy(none, before, [deployment({})])).toEqual(none);
});
