// Jobs of systemd that wait while it is busy. systemctl(1) is a stand-in.
import { beforeEach, expect, test, vi } from 'vitest';
import {
  beginStart,
  restartUnlessStopped,
  startAnew,
  startUnit,
  stopEnds,
  tryRestartUnit,
} from '../../src/host/systemctl.ts';
import { stopAllOf } from '../../src/machine/guest-state.ts';
import { restartGuest, stopGuest } from '../../src/machine/stopping.ts';

const { asked, acted, shown, time, broken, journal } = vi.hoisted(() => ({
  asked: [] as string[],
  /** The whole commands that do more than look. */
  acted: [] as string[],
  /** What systemctl shows one time after the other; the last one stays. */
  shown: [] as string[],
  time: { waits: 0 },
  /** How many commands that do more than look lose their connection. */
  broken: { commands: 0 },
  /** What the journal has of the run before. */
  journal: { result: '' },
}));
vi.mock('../../src/host/process.ts', () => ({
  run: async (file: string, args: readonly string[]) => {
    if (file === 'journalctl')
      return { exitCode: 0, stdout: JSON.stringify({ UNIT_RESULT: journal.result }), stderr: '' };
    const [verb = ''] = args;
    asked.push(verb);
    if (verb !== 'show') acted.push(args.join(' '));
    if (verb !== 'show' && broken.commands-- > 0)
      return { ended: 'exited', exitCode: 1, stdout: '', stderr: 'Connection reset by peer' };
    const stdout = verb === 'show' ? (shown.length > 1 ? (shown.shift() ?? '') : (shown[0] ?? '')) : '';
    return { ended: 'exited', exitCode: 0, stdout, stderr: '' };
  },
}));
vi.mock('node:timers/promises', () => ({
  setTimeout: async () => {
    time.waits += 1;
  },
}));

beforeEach(() => {
  time.waits = 0;
  asked.length = 0;
  acted.length = 0;
  broken.commands = 0;
});

const waiting = 'ActiveState=inactive\nJob=7\n';

test.each<[title: string, looks: readonly string[], waits: number]>([
  ['it is being started', ['ActiveState=activating\nJob=7\n'], 0],
  ['it is up already', ['ActiveState=active\n'], 0],
  ['it has failed already', ['ActiveState=failed\n'], 0],
  ['it has ended already, or was skipped', ['ActiveState=inactive\n'], 0],
  // Who looks too early takes the unit for one that was stopped.
  ['its job waits for minutes', [...Array(2000).fill(waiting), 'ActiveState=activating\n'], 2000],
])('a start has begun if %s', async (_, looks, waits) => {
  shown.splice(0, shown.length, ...looks);
  await beginStart('ostree-guest-rehearsal@mail.service');
  expect(time.waits).toBe(waits);
});

const since = (time: number) =>
  `ActiveState=inactive\nResult=success\nInactiveExitTimestampMonotonic=${time}\n`;

test.each<[title: string, looks: readonly string[], starts: number]>([
  ['it was not heard', [since(0)], 2],
  ['it was heard, and its job waits', [waiting, since(0)], 1],
  ['it was heard, and has ended', [since(Number.MAX_SAFE_INTEGER)], 1],
])('systemd starts anew as it is asked for a start: %s', async (_, looks, starts) => {
  broken.commands = 1;
  shown.splice(0, shown.length, ...looks);
  await startUnit('ostree-guest-lock@mail.service');
  expect(acted).toHaveLength(starts);
});

test.each([
  ['does not run', 'inactive', 1],
  ['has failed', 'failed', 1],
  ['has been started', 'activating', 2],
  // Its job has not ended, and a start is merged with that.
  ['is just ending', 'deactivating', 2],
])('what is to look now, and %s, is started as often as it takes', async (_, state, starts) => {
  shown.splice(0, shown.length, `ActiveState=${state}\n`);
  await startAnew('ostree-guest-update@mail.service');
  expect(asked.filter((verb) => verb === 'start')).toHaveLength(starts);
});

test('a guest that is stopped is not started again, neither by its assessment nor by its boot step, also if it is down', async () => {
  shown.splice(0, shown.length, 'ActiveState=failed\nResult=exit-code\n');
  await stopGuest('mail', () => undefined);
  expect(acted).toEqual([
    'stop -- ostree-guest-assess@mail.service',
    'stop -- ostree-guest-start-mail.service',
    'stop -- systemd-nspawn@mail.service',
  ]);
});

const run = (id: string, state: string, result = 'success') =>
  `ActiveState=${state}\nInvocationID=${id}\nResult=${result}\n`;

test.each<
  [title: string, act: typeof stopGuest, before: string, after: string, result: string, told: number]
>([
  ['that stops in time', stopGuest, run('a', 'active'), run('a', 'inactive'), '', 0],
  ['that stops too slowly', stopGuest, run('a', 'active'), run('a', 'failed', 'timeout'), '', 1],
  ['that systemd forgets, for it stops in time', stopGuest, run('a', 'active'), run('', 'inactive'), '', 0],
  ['that is down since a start took too long', stopGuest, run('a', 'failed', 'timeout'), '', '', 0],
  ['that restarts', restartGuest, run('a', 'active'), run('b', 'active'), 'exit-code', 0],
  ['that stops too slowly to restart', restartGuest, run('a', 'active'), run('b', 'active'), 'timeout', 1],
])('a guest %s', async (_, act, before, after, result, told) => {
  shown.splice(0, shown.length, before, after);
  journal.result = result;
  const warnings: string[] = [];
  await act('mail', (warning) => void warnings.push(warning));
  expect(warnings).toHaveLength(told);
});

test.each([
  ['a restart', restartUnlessStopped],
  ['a restart of what runs', tryRestartUnit],
])('%s cancels no stop', async (_, restart) => {
  await restart('systemd-nspawn@mail.service');
  expect(acted).toEqual([expect.stringContaining(' --job-mode=fail ')]);
});

test.each<[title: string, looks: readonly string[], waits: number]>([
  ['waits for the sockets of the guest', ['ActiveState=active\nJob=7\n', 'ActiveState=inactive\n'], 1],
  ['goes on', ['ActiveState=deactivating\nJob=7\n', 'ActiveState=failed\n'], 1],
  ['is none: it starts', ['ActiveState=activating\nJob=7\n'], 0],
  ['is none: it ends by itself', ['ActiveState=deactivating\n'], 0],
  ['has ended', ['ActiveState=inactive\n'], 0],
])('a stop that %s', async (_, looks, waits) => {
  shown.splice(0, shown.length, ...looks);
  await stopEnds('systemd-nspawn@mail.service');
  expect(time.waits).toBe(waits);
});

const stops = (unit: string) => acted.filter((command) => command === `stop -- ${unit}`).length;
const down = 'ActiveState=inactive\n';

test.each<[title: string, looks: readonly string[], rounds: number]>([
  ['all is down then', [down], 1],
  ['its assessment has just started it again', ['Id=x\nActiveState=active\n', down], 2],
  ['its start waits', ['Id=x\nActiveState=failed\nJob=7\n', down], 2],
])('what runs a guest or works on it is stopped until nothing is left: %s', async (_, looks, rounds) => {
  shown.splice(0, shown.length, ...looks);
  await stopAllOf('mail');
  expect(stops('systemd-nspawn@mail.service')).toBe(rounds);
  const order = [
    'ostree-guest-update@mail.timer',
    'ostree-guest-assess@mail.service',
    'systemd-nspawn@mail.service',
  ];
  expect(acted.filter((command) => order.some((unit) => command.endsWith(unit))).slice(0, 3)).toEqual(
    order.map((unit) => `stop -- ${unit}`),
  );
});

test('what is started again and again is named', async () => {
  const machine = 'systemd-nspawn@mail.service';
  shown.splice(0, shown.length, `Id=${machine}\nActiveState=active\n`);
  await expect(stopAllOf('mail')).rejects.toThrow(`${machine} is started again and again`);
});
