// Somebody sets the clock of the host back while a command runs: what it has caused is told nevertheless, and nothing older.
import { rmSync } from 'node:fs';
import { Command } from 'commander';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { rehearseAndFollow } from '../../src/guestctl/follow.ts';
import { startAndTell } from '../../src/guestctl/start-guest.ts';
import { Failure } from '../../src/host/failure.ts';
import { type Attempt, attemptLine, type PastAttempt } from '../../src/state/attempts.ts';
import { appendLine, historyOf } from '../../src/state/history.ts';
import { merged } from '../../src/state/past-attempts.ts';
import { journal, journald } from './fake-journal.ts';
import { guestOf } from './read.ts';

const { state, host } = await vi.hoisted(async () => {
  const { mkdtempSync } = await import('node:fs');
  return { state: mkdtempSync('/tmp/clock-set-back-'), host: { onStart: () => {}, told: [] as string[] } };
});
vi.mock('../../src/config/paths.ts', async (original) =>
  (await import('./state-in.ts')).stateIn(await original<object>(), () => state),
);
vi.mock('../../src/host/process.ts', async (original) => ({
  ...(await original<object>()),
  run: async (file: string, args: readonly string[]) =>
    file === 'journalctl'
      ? (await import('./fake-journal.ts')).journalctl(args)
      : { exitCode: 1, stdout: '' },
}));
vi.mock('../../src/host/systemctl.ts', async (original) => {
  const { monotonic } = await import('../../src/host/clock.ts');
  return {
    ...(await original<object>()),
    startUnit: async () => host.onStart(),
    showUnits: async () => [
      {
        ActiveState: 'failed',
        SyslogIdentifier: 'systemd-nspawn',
        ExecMainExitTimestamp: `@${Date.now() / 1000}`,
        ExecMainExitTimestampMonotonic: String(monotonic()),
      },
    ],
  };
});
vi.mock('../../src/host/tell.ts', async (original) => ({
  ...(await original<object>()),
  tell: (text: string) => host.told.push(text),
}));

const hour = 3_600_000;
const setBack = () => vi.setSystemTime(Date.now() - hour);

beforeEach(() => {
  Object.assign(host, { onStart: () => {}, told: [] });
  journal.length = 0;
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-28T12:00:00Z') });
  return () => vi.useRealTimers();
});
afterAll(() => rmSync(state, { recursive: true, force: true }));

test('the steps of a service', async () => {
  const unit = { _SYSTEMD_UNIT: 'ostree-guest-rehearse@mail.service', PRIORITY: '6' };
  journald('A step of the run before', unit);
  host.onStart = () => {
    journald('The first step', unit);
    setBack();
    journald('The second step', unit);
  };
  await rehearseAndFollow('mail', new Command());
  expect(host.told).toEqual(['The first step', 'The second step']);
});

const attempt: Attempt = {
  guest: 'mail',
  action: 'switch',
  outcome: 'failed',
  trigger: 'start',
  seconds: 1,
  message: 'The tree cannot be deployed',
};

test('why a guest did not start', async () => {
  const machine = { PRIORITY: '6', SYSLOG_IDENTIFIER: 'systemd-nspawn', _TRANSPORT: 'journal' };
  const ofUnit = { ...machine, _SYSTEMD_UNIT: 'systemd-nspawn@mail.service' };
  journald('The last words of the run before', ofUnit);
  appendLine(historyOf('mail'), attemptLine({ ...attempt, message: 'An attempt of before' }));
  const act = async () => {
    setBack();
    appendLine(historyOf('mail'), attemptLine(attempt));
    journald('Welcome to Debian', ofUnit);
    // journald has read it too late to know its unit.
    journald('No such file or directory', machine);
    throw new Failure('Job failed');
  };
  const started = startAndTell(guestOf('[Guest]\nRef=site:x\n'), new Command(), act);
  await expect(started).rejects.toThrow('mail did not start: No such file or directory');
  expect(host.told).toEqual(['mail: The tree cannot be deployed']);
});

test('the history of each guest keeps the order in which it was written', () => {
  const at = (time: string, guest = 'mail'): PastAttempt => ({
    ...attempt,
    guest,
    time: new Date(`2026-11-${time}:00Z`),
  });
  const written = [at('28T10:00'), at('01T00:00'), at('01T00:05'), at('28T11:00')];
  const others = [at('27T10:00', 'web'), at('28T10:30', 'web')];
  const [first, ...rest] = written;
  expect(merged([...written, ...others])).toEqual([
    others[0],
    first,
    ...rest.slice(0, 2),
    others[1],
    rest[2],
  ]);
});
