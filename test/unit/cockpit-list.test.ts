// The list of guests in Cockpit: what a row says of what guestctl prints, and what can be done.
import { expect, test } from 'vitest';
import { actionsOf } from '../../src/cockpit/model/actions.ts';
import { isNamed } from '../../src/cockpit/model/named.ts';
import { type GuestSummary, summaryOf } from '../../src/cockpit/model/row.ts';
import { isOurs, unitOfPath } from '../../src/cockpit/model/unit-names.ts';
import type { ToldGuest } from '../../src/cockpit/told/answers.ts';
import { deployment, running, stopped } from './cockpit-guests.ts';

const staged = {
  checksum: 'b'.repeat(64),
  refspec: 'site:debian/12/server',
  since: '2026-11-26T01:00:00Z',
  appliedFrom: null,
  onlyInWindow: false,
  waitsForRehearsal: false,
  waitsForLock: null,
  failure: null,
};
const idle = stopped.update;

interface Row {
  readonly state?: string;
  readonly version?: string;
  readonly next?: string;
  readonly notes?: readonly string[];
  readonly actions: string;
}

const now = new Date('2026-11-27T10:00:00Z');
const soon = '2026-11-28T04:00:00Z';

const cases: readonly [string, ToldGuest, Row][] = [
  [
    'stopped',
    stopped,
    { state: 'stopped', version: '12.1 aaaaaaaa', actions: 'start update enable copy export rename remove' },
  ],
  [
    'running',
    running,
    { state: 'running', next: '', notes: [], actions: 'update restart stop enable copy export' },
  ],
  [
    'without a version',
    { ...stopped, deployments: [deployment('a', null)] },
    { version: 'Debian aaaaaaaa', actions: 'start update enable copy export rename remove' },
  ],
  [
    'seen without privileges',
    { ...running, hidden: true, running: null, deployments: [] },
    { version: 'only administrators see it', actions: 'update restart stop enable copy export' },
  ],
  [
    'not created',
    { ...stopped, state: 'not created', deployments: [] },
    { state: 'not created', version: '', actions: 'create rename remove' },
  ],
  [
    'with a staged update, running',
    { ...running, staged },
    { notes: ['restart due'], actions: 'switch update restart stop enable copy export' },
  ],
  [
    'with a staged update, stopped',
    { ...stopped, staged },
    { notes: ['update staged'], actions: 'start update enable copy export rename remove' },
  ],
  [
    'whose update waits for a window',
    { ...running, staged: { ...staged, onlyInWindow: true }, update: { ...idle, window: soon } },
    {
      notes: ['update waits'],
      next: expect.stringMatching(/^switch \w+/),
      actions: 'update restart stop enable copy export',
    },
  ],
  [
    'whose update waits for its rehearsal',
    { ...running, staged: { ...staged, waitsForRehearsal: true } },
    { notes: ['update waits'], actions: 'update restart stop enable copy export' },
  ],
  [
    'whose update waits for a lock',
    { ...running, staged: { ...staged, waitsForLock: { kind: 'full', reason: '…', since: soon } } },
    { notes: ['waits for a lock'], actions: 'update restart stop enable copy export' },
  ],
  [
    'whose update could not be deployed',
    {
      ...running,
      staged: { ...staged, failure: { reason: 'The disk is full', since: soon } },
      troubles: [{ kind: 'not deployed', message: '…' }],
    },
    { notes: ['not deployed'], actions: 'update restart stop enable copy export' },
  ],
  [
    'that goes back at its next start',
    { ...stopped, rollback: 'b' },
    { notes: ['rollback staged'], actions: 'start update enable copy export rename remove' },
  ],
  [
    'on trial, with a rejected commit',
    {
      ...running,
      trial: { tries: 3, left: 2, fallback: null },
      troubles: [{ kind: 'rejected', message: '…' }],
    },
    { notes: ['rejected', 'on trial, 2 starts left'], actions: 'update restart stop enable copy export' },
  ],
  [
    'being updated, with its timers enabled',
    { ...running, update: { ...idle, state: 'running', timer: 'enabled', next: soon } },
    { next: 'updating now', actions: 'restart stop disable copy export' },
  ],
  [
    'updated by a timer',
    { ...running, update: { ...idle, timer: 'enabled', next: soon } },
    { next: expect.stringMatching(/^update \w+/), actions: 'update restart stop disable copy export' },
  ],
];

test.each(cases)('a guest %s', (_, guest, expected) => {
  const { actions, ...shown } = expected;
  const summary: GuestSummary = summaryOf(guest, now, 'en');
  const row = {
    ...summary,
    state: summary.state.text,
    notes: summary.notes.map(({ text }) => text),
  };
  expect(row).toMatchObject(shown);
  expect(
    actionsOf(guest)
      .map(({ id }) => id)
      .join(' '),
  ).toBe(actions);
});

test.each([
  [{ ...running, staged }, []],
  [{ ...running, rollback: `${'b'.repeat(64)}.0` }, [`${'a'.repeat(64)}.0`, `${'b'.repeat(64)}.0`]],
])('before a switch, the changes can be seen', (guest, changes) => {
  expect(actionsOf(guest).find(({ id }) => id === 'switch')).toMatchObject({ changes });
});

test('what interrupts a guest is asked before', () => {
  const asked = actionsOf({ ...running, staged }).filter((action) => 'question' in action);
  expect(asked.map(({ id }) => id)).toEqual(['switch', 'restart', 'stop']);
});

test.each([
  ['/org/freedesktop/systemd1/unit/systemd_2dnspawn_40mail_2eservice', 'systemd-nspawn@mail.service', true],
  [
    '/org/freedesktop/systemd1/unit/ostree_2dguest_2dupdate_40mail_2etimer',
    'ostree-guest-update@mail.timer',
    true,
  ],
  ['/org/freedesktop/systemd1/unit/ssh_2eservice', 'ssh.service', false],
])('%s is %s', (path, unit, ours) => {
  expect(unitOfPath(path)).toBe(unit);
  expect(isOurs(unit)).toBe(ours);
});

test.each(['--help', 'a b', '<b>', ''])(
  'a file that is named %j is listed, and guestctl is asked nothing about it',
  (name) => {
    expect(isNamed({ name })).toBe(false);
    expect(actionsOf({ ...stopped, name })).toEqual([]);
  },
);
