// What is read of the journal of a unit that has ended.
import { expect, test, vi } from 'vitest';
import { lastMessages } from '../../src/host/journal.ts';

const at = vi.hoisted(() => {
  let allAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    allAsked = resolve;
  });
  return {
    asked,
    allAsked,
    shown: {} as Record<string, string>,
    answers: {} as Record<string, Record<string, string>[]>,
    reads: [] as (readonly string[])[],
  };
});

vi.mock('../../src/host/systemctl.ts', () => ({ showUnits: async () => [at.shown] }));
vi.mock('../../src/host/process.ts', () => ({
  run: async (_: string, args: readonly string[]) => {
    if (args.includes('--sync')) return { exitCode: 0, stdout: '', stderr: '' };
    at.reads.push(args);
    // Each answer comes only when all questions were asked.
    if (at.reads.length === 3) at.allAsked();
    await at.asked;
    const known = at.answers[args.at(-1) === '_TRANSPORT=journal' ? 'nameless' : (args.at(-1) ?? '')] ?? [];
    const until = Number(/ --until=@(\d+)/.exec(args.join(' '))?.[1] ?? Number.POSITIVE_INFINITY);
    const lines = Number(/--lines=(\d+)/.exec(args.join(' '))?.[1]);
    const entries = known
      .filter((entry) => Number(entry['__REALTIME_TIMESTAMP']) <= until * 1e6)
      .slice(-lines);
    return { exitCode: 0, stdout: entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), stderr: '' };
  },
}));

test('the last words of a unit are found whatever journald knew of it, at once and in order', async () => {
  at.shown = {
    InvocationID: 'abc',
    InactiveExitTimestampMonotonic: '50',
    ExecMainExitTimestamp: '@100',
    ExecMainExitTimestampMonotonic: '100000000',
    SyslogIdentifier: 'ostree-guest-update',
  };
  const said = (MESSAGE: string, time: number, more = {}) => ({
    MESSAGE,
    __REALTIME_TIMESTAMP: String(time),
    __MONOTONIC_TIMESTAMP: String(time),
    ...more,
  });
  const unit = { _SYSTEMD_UNIT: 'a.service' };
  const ofRun = { ...unit, _SYSTEMD_INVOCATION_ID: 'abc' };
  at.answers = {
    '_SYSTEMD_INVOCATION_ID=abc': [said('first', 60, ofRun), said('third', 80, ofRun)],
    '_SYSTEMD_UNIT=a.service': [
      said('of the run before', 40, unit),
      said('second', 70, unit),
      said('first', 60, ofRun),
    ],
    nameless: [
      said('of another unit, before', 108e6, { _SOURCE_REALTIME_TIMESTAMP: '94000000' }),
      said('fourth', 99e6),
      said('third', 99e6, ofRun),
      // Sent before the end, and read later.
      said('last', 109e6, { _SOURCE_REALTIME_TIMESTAMP: '100500000' }),
      ...Array.from({ length: 30 }, () =>
        said('of another unit, later', 110e6, { _SOURCE_REALTIME_TIMESTAMP: '109000000' }),
      ),
    ],
  };
  expect(await lastMessages('a.service')).toEqual(['first', 'second', 'third', 'fourth', 'last']);
});
