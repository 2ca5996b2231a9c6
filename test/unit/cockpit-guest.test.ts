// The page of a guest in Cockpit: its life, its deployments and its changes, in words.
import { expect, test } from 'vitest';
import { deploymentRow } from '../../src/cockpit/model/deployment-row.ts';
import { changeBadge, differenceTitle, filesTitle } from '../../src/cockpit/model/difference.ts';
import { factsOf, unappliedOf } from '../../src/cockpit/model/guest-facts.ts';
import { lastLines } from '../../src/cockpit/model/last-lines.ts';
import { networkWords, portWords } from '../../src/cockpit/model/network.ts';
import { timelineOf } from '../../src/cockpit/model/timeline.ts';
import { timersOf } from '../../src/cockpit/model/timers.ts';
import { running, stopped } from './cockpit-guests.ts';

const attempt = (action: string, outcome: string, trigger = 'manual', version: string | null = '12.2') => ({
  time: '2026-11-27T10:00:00Z',
  guest: 'mail',
  action,
  outcome,
  from: null,
  to: 'b'.repeat(64),
  version,
  trigger,
  seconds: 1,
  message: 'What guestctl says',
});

const attempts: readonly [string, string, string, string][] = [
  ['create', 'done', 'Created: 12.2', 'green'],
  ['update', 'available', 'Update available: 12.2', 'blue'],
  ['update', 'fetched', 'Update fetched: 12.2', 'blue'],
  ['update', 'staged', 'Update staged: 12.2', 'blue'],
  ['update', 'rejected', 'Update skipped: it failed before: 12.2', 'orange'],
  ['rehearse', 'done', 'Rehearsed: 12.2', 'green'],
  ['switch', 'waiting', 'Waits for a lock: 12.2', 'blue'],
  ['switch', 'blessed', 'Healthy: 12.2', 'green'],
  ['rollback', 'done', 'Rolled back: 12.2', 'orange'],
  ['create', 'failed', 'Creation failed: 12.2', 'red'],
  ['update', 'failed', 'Update failed: 12.2', 'red'],
  ['rehearse', 'failed', 'Rehearsal failed: 12.2', 'red'],
  ['switch', 'failed', 'Switch failed: 12.2', 'red'],
  ['rollback', 'failed', 'Rollback failed: 12.2', 'red'],
];

test.each(attempts)('%s, %s', (action, outcome, title, colour) => {
  expect(timelineOf([attempt(action, outcome)])).toMatchObject([{ title, colour, trigger: 'by hand' }]);
});

test('the newest comes first; a commit without a version has its first digits', () => {
  const [last, first] = timelineOf([
    attempt('create', 'done', 'timer'),
    attempt('update', 'staged', 'start', null),
  ]);
  expect(last).toMatchObject({ title: 'Update staged: bbbbbbbbbbbb', trigger: 'at its start' });
  expect(first).toMatchObject({ title: 'Created: 12.2', trigger: 'by its timer' });
});

const listed = {
  checksum: 'a'.repeat(64),
  serial: 0,
  title: 'Debian 12.1',
  default: true,
  next: true,
  running: true,
  pinned: false,
  trial: null,
  rejected: null,
  unique: 2_300_000,
};

test.each([
  ['that runs and is next', listed, ['running', 'next start'], 'pin'],
  ['that is pinned', { ...listed, running: false, next: false, pinned: true }, ['pinned'], 'rollback unpin'],
  [
    'that was rejected',
    { ...listed, running: false, next: false, rejected: 'It is not healthy' },
    ['rejected'],
    'rollback pin',
  ],
  [
    'on trial',
    { ...listed, trial: { tries: 3, left: 1, fallback: null } },
    ['running', 'next start', 'on trial, 1 starts left'],
    'pin',
  ],
])('a deployment %s', (_, deployment, badges, actions) => {
  const row = deploymentRow(running, deployment, 'en');
  expect(row).toMatchObject({ name: '12.1 aaaaaaaa', size: '2.3 MB', title: 'Debian 12.1' });
  expect(row.badges.map(({ text }) => text)).toEqual(badges);
  expect(row.actions.map(({ id }) => id).join(' ')).toBe(actions);
  for (const { args } of row.actions) expect(args.slice(1)).toEqual(['mail', `${'a'.repeat(64)}.0`]);
});

test('facts that are not known are left out', () => {
  const names = (guest: typeof stopped) => factsOf(guest, 'en').map(({ name }) => name);
  expect(names(stopped)).toEqual(['Tree', 'Guest file']);
  const machine = { memory: 5e7, cpu: 1, tasks: 9, addresses: ['10.0.0.2', 'fe80::1'], links: ['ve-mail'] };
  const network = { kind: 'veth' as const, zone: null, bridge: null, ports: ['8080:80', 'udp:53'] };
  expect(factsOf({ ...running, machine, network }, 'en')).toEqual(
    expect.arrayContaining([
      { name: 'Running', value: '12.1 aaaaaaaa' },
      { name: 'Addresses', value: '10.0.0.2, fe80::1' },
      { name: 'Memory', value: '50 MB' },
      { name: 'Network', value: 'its own, linked to the host' },
      { name: 'Interfaces of the host', value: 've-mail' },
      { name: 'Ports of the host', value: '8080 → 80/tcp, 53 → 53/udp' },
    ]),
  );
});

test.each([
  ['8080', '8080 → 8080/tcp'],
  ['tcp:127.0.0.1:8080:80', '127.0.0.1:8080 → 80/tcp'],
  ['[2001:db8::1]:443', '[2001:db8::1]:443 → 443/tcp'],
  ['udp:53:5353', '53 → 5353/udp'],
])('the port %s', (port, words) => {
  expect(portWords(port)).toBe(words);
});

test.each([
  [{ kind: 'veth', zone: 'web' }, 'its own, in the zone web'],
  [{ kind: 'veth', bridge: 'br0' }, 'its own, at the bridge br0'],
  [{ kind: 'private' }, 'its own, without a link to the host'],
  [{ kind: 'host' }, 'that of the host'],
] as const)('a network %o', (network, words) => {
  expect(networkWords({ zone: null, bridge: null, ports: [], ...network })).toBe(words);
});

test('timers say when they act next; a maintenance window has one only if it is declared', () => {
  const { update } = stopped;
  const shown = (changed: Partial<typeof update>) =>
    timersOf({ ...stopped, update: { ...update, ...changed } }, 'en').map(
      ({ title, isEnabled, next, action }) =>
        [title, isEnabled, next !== '', action.program, ...action.args].join(' '),
    );
  const next = '2026-11-27T10:00:00Z';
  expect(shown({})).toEqual(['Updates false false systemctl enable --now ostree-guest-update@mail.timer']);
  expect(shown({ timer: 'enabled', next, windowTimer: 'enabled', window: next })).toEqual([
    'Updates true true systemctl disable --now ostree-guest-update@mail.timer',
    'Maintenance window true true systemctl disable --now ostree-guest-switch@mail.timer',
  ]);
});

test('what a guest does not follow yet is said', () => {
  expect(unappliedOf(stopped)).toEqual([]);
  expect(unappliedOf({ ...stopped, unapplied: { reload: true, update: true, reboot: true } })).toHaveLength(
    3,
  );
});

test('a difference is named by its ends and counted', () => {
  const difference = {
    from: { checksum: 'a'.repeat(64), version: '12.1' },
    to: { checksum: 'b'.repeat(64), version: null },
    packages: null,
    files: [{ path: '/usr/a', change: 'added' as const }],
    etc: [],
    unmergeable: [],
  };
  expect(differenceTitle(difference)).toBe('From 12.1 aaaaaaaaaaaa to bbbbbbbbbbbb');
  expect(filesTitle(difference)).toBe('One file changes');
  expect(filesTitle({ ...difference, files: [] })).toBe('0 files change');
  expect(changeBadge('downgraded')).toEqual({ text: 'downgraded', colour: 'orange' });
});

test('only the last lines of a journal are kept', () => {
  expect(lastLines('a\nb\nc', 'd\ne\n', 2)).toBe('cd\ne\n');
});
