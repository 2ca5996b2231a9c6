// What a command of Notify= gets to know, and how it is started: systemd-run gets it, and nobody waits.
import { beforeEach, expect, test, vi } from 'vitest';
import type { Attempt } from '../../src/state/attempts.ts';
import { notice, notify } from '../../src/steps/notify.ts';
import { guestOf } from './read.ts';

const { started, complaints } = vi.hoisted(() => ({ started: [] as string[][], complaints: [] as string[] }));
vi.mock('../../src/host/process.ts', async (original) => ({
  ...(await original<object>()),
  run: async (file: string, args: readonly string[]) => {
    started.push([file, ...args]);
    return { ended: 'exited', exitCode: 1, stdout: '', stderr: 'Failed to start transient service unit' };
  },
}));
vi.mock('../../src/state/report.ts', async (original) => ({
  ...(await original<object>()),
  complain: (text: string) => void complaints.push(text),
}));
beforeEach(() => {
  for (const list of [started, complaints]) list.length = 0;
});

const attempt: Attempt = {
  guest: 'mail',
  action: 'update',
  outcome: 'staged',
  trigger: 'timer',
  seconds: 3.4,
  version: '12.1\u001b[31m\nEVIL=1',
  message: 'It is staged\nnow',
};
const said = {
  OSTREE_GUEST: 'mail',
  OSTREE_GUEST_ACTION: 'update',
  OSTREE_GUEST_OUTCOME: 'staged',
  OSTREE_GUEST_TRIGGER: 'timer',
  OSTREE_GUEST_SECONDS: '3.4',
};

test('it gets the fields of the history, each a line without control characters', () => {
  const { OSTREE_GUEST_VERSION: version, OSTREE_GUEST_MESSAGE: message, ...rest } = notice(attempt);
  expect(rest).toEqual(said);
  for (const value of [version, message]) expect(value).not.toMatch(/\p{Cc}/u);
  expect(message).toContain('It is staged');
});

test('a long message is cut', () => {
  expect(notice({ ...attempt, message: 'x'.repeat(9000) })['OSTREE_GUEST_MESSAGE']).toHaveLength(2000);
});

test('code points that systemd refuses in an environment are replaced', () => {
  const version = '1\ufdd0\ufffe\u{1ffff}\ud800ä😀';
  expect(notice({ ...attempt, version })['OSTREE_GUEST_VERSION']).toBe('1\ufffd\ufffd\ufffd\ufffdä😀');
  const message = `${'x'.repeat(1999)}😀`;
  expect(notice({ ...attempt, message })['OSTREE_GUEST_MESSAGE']).toBe(`${'x'.repeat(1999)}\ufffd`);
});

const update = (lines: string) => guestOf(`[Guest]\nRef=site:x\n[Update]\n${lines}\n`);

test('each command is a service that nobody waits for, and one that cannot be started is no failure', async () => {
  await notify(update('Notify=/opt/tell "a b" $HOME\nNotify=/opt/count'), attempt);
  expect(started.map(([file]) => file)).toEqual(['systemd-run', 'systemd-run']);
  const [words = [], others = []] = started;
  expect(words).toContain('--no-block');
  expect(words).toContain('--setenv=OSTREE_GUEST_OUTCOME=staged');
  expect(words.slice(words.indexOf('--') + 1).slice(-3)).toEqual(['/opt/tell', 'a b', '$$HOME']);
  expect(complaints).toContain('Cannot start Notify=/opt/count: Failed to start transient service unit');
  const unitOf = (args: readonly string[]) => args.find((word) => word.startsWith('--unit='));
  expect(unitOf(words)).not.toBe(unitOf(others));
});

test('without a command nothing is started', async () => {
  await notify(update('Action=stage'), attempt);
  expect(started).toEqual([]);
  expect(complaints).toEqual([]);
});
