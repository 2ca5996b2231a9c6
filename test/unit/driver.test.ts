// The seam between guests and what runs them: another driver, of which steps, commands and the generator know nothing.
import { beforeEach, expect, test, vi } from 'vitest';
import { unitsOf } from '../../src/generator/guest-units.ts';
import { unknownCommand } from '../../src/guestctl/other-verbs.ts';
import { faultIn } from '../../src/guestctl/start-fault.ts';
import type { Properties } from '../../src/host/systemctl.ts';
import { isRunning, unitsOfGuest, usersOfRunning } from '../../src/machine/guest-state.ts';
import { failedUnits } from '../../src/machine/inside.ts';
import { tryRpmOstree } from '../../src/machine/rpm-ostree.ts';
import type { Checksum } from '../../src/ostree/names.ts';
import { judge } from '../../src/steps/assess/health.ts';
import type { Verdict } from '../../src/steps/assess/rule.ts';
import { decide } from '../../src/steps/switch/rule.ts';
import { fake, host, type Moment, says } from './fake-driver.ts';
import { guestOf } from './read.ts';

vi.mock('../../src/machine/driver.ts', async () => ({ driver: (await import('./fake-driver.ts')).fake }));
vi.mock('../../src/generator/driver.ts', async () => ({
  machineUnits: (await import('./fake-driver.ts')).fakeUnits,
}));
vi.mock('../../src/host/systemctl.ts', async (original) => ({
  ...(await original<typeof import('../../src/host/systemctl.ts')>()),
  showUnits: async (units: readonly string[]): Promise<Properties[]> => {
    host.asked.push(...units);
    host.now = host.next.shift() ?? host.now;
    const { unit, sub = '', job = '', result = 'success' } = host.now;
    return units.map(() => ({ ActiveState: unit, SubState: sub, Job: job, Result: result }));
  },
  activeStates: async () => new Map([['vm@mail.service', 'active']]),
}));
vi.mock('../../src/host/journal.ts', () => ({
  lastMessages: async () => ['Booting', 'no memory for mail'],
  systemdWords: async () => [],
  oomdWords: async () => [],
  endedByStop: async () => host.now.isStopped ?? false,
}));
vi.mock('../../src/host/systemd-run.ts', () => ({
  runAsService: async (_unit: string, _properties: unknown, command: readonly string[]) => {
    host.asked.push(command.join(' '));
    return says(0);
  },
}));
vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

beforeEach(() => {
  Object.assign(host, { next: [], now: { unit: 'inactive' }, asked: [] });
});

const guest = guestOf('[Guest]\nRef=site:x\n[Update]\nHealthCheck=true\nHealthTimeoutSec=2\n');
const report = { step: () => undefined, progress: () => undefined, warn: () => undefined };
const subject = {
  machine: 'mail',
  unit: fake.unit('mail'),
  memoryNote: '/nowhere/memory-events',
  writes: [],
  baseline: { failedUnits: [] },
  root: '/nowhere',
  hasBus: true,
};
const booting: Moment = { unit: 'activating', sub: 'start' };
const up: Moment = { unit: 'active', system: 'running' };

test.each<[string, readonly Moment[], Verdict]>([
  ['boots and is well', [booting, up], { kind: 'healthy', failedUnits: [] }],
  [
    'boots, and does not answer at first',
    [booting, { unit: 'active' }, up],
    { kind: 'healthy', failedUnits: [] },
  ],
  ['is well only when it is asked again', [{ ...up, check: 1 }, up], { kind: 'healthy', failedUnits: [] }],
  ['is shut down', [booting, { unit: 'inactive' }], { kind: 'stopped' }],
  [
    'lacks memory of the host',
    [booting, { unit: 'failed' }],
    { kind: 'hindered', lack: 'no memory for mail' },
  ],
  [
    'lacks memory as it starts, and systemd runs what follows its end',
    [booting, { unit: 'deactivating', job: '7', result: 'exit-code' }, { unit: 'failed' }],
    { kind: 'hindered', lack: 'no memory for mail' },
  ],
  ['is being stopped', [booting, { unit: 'deactivating', job: '7' }], { kind: 'stopped' }],
  [
    'is stopped as it starts, which systemd calls a failure',
    [booting, { unit: 'failed', isStopped: true }],
    { kind: 'stopped' },
  ],
  [
    'has a unit that fails',
    [{ ...up, system: 'degraded', failed: 'web.service loaded failed failed Web' }],
    {
      kind: 'faulty',
      fault: 'web.service failed, and had not failed before',
      units: ['web.service'],
    },
  ],
])('a machine of another driver is judged, which %s', async (_, moments, verdict) => {
  host.next = [...moments];
  expect(await judge(subject, guest.update, report)).toEqual(verdict);
  expect(host.asked[0]).toBe('vm@mail.service');
});

test('its health checks run in the machine', async () => {
  host.next = [up];
  await judge(subject, guest.update, report);
  expect(host.asked).toContain('mail: true');
});

test('no answer is not an empty one', async () => {
  host.now = { unit: 'active' };
  expect(await failedUnits('mail')).toBe(undefined);
  host.now = up;
  expect(await failedUnits('mail')).toEqual([]);
});

test.each<[Moment, boolean]>([
  [{ unit: 'inactive' }, false],
  [{ unit: 'activating', sub: 'start-pre' }, false],
  [booting, true],
  [up, true],
  [{ unit: 'deactivating' }, true],
])('whether a switch restarts it goes by the unit of the driver: %j', async (moment, runs) => {
  host.now = moment;
  const isRunning_ = await isRunning('mail');
  expect(host.asked).toEqual(['vm@mail.service']);
  const wanted = 'a'.repeat(64) as Checksum;
  const staged = { checksum: wanted, refspec: 'site:x', time: 0 };
  const nothing = { rollback: undefined, booted: undefined, inVain: undefined, hold: undefined };
  const state = { deployments: [], staged, ...nothing };
  expect(decide({ ...state, isRunning: isRunning_ }, guest.update, 'manual').kind).toBe(
    runs ? 'restart' : 'leaveStopped',
  );
});

test('its units and its users are those of the driver', async () => {
  expect(unitsOfGuest('mail')[0]).toBe('vm@mail.service');
  expect(await usersOfRunning(['mail', 'web'])).toEqual(new Map([['mail', 'own']]));
});

test('rpm-ostree runs in it as the driver says', async () => {
  await tryRpmOstree('mail', 'status', '--json');
  expect(host.asked).toEqual(['ssh mail rpm-ostree status --json']);
});

test('people are told its commands', () => {
  expect(unknownCommand('login', 'mail', [])).toBe("error: unknown command 'login'. Use: vmctl login mail");
});

test('why it ended is what the driver said last', () => {
  const entry = { MESSAGE: 'No kernel', SYSLOG_IDENTIFIER: 'vm' };
  expect(faultIn([entry]).lastWords).toBe('No kernel');
});

test('the generator makes units of another driver', () => {
  const [unit, ...others] = unitsOf({ guest });
  expect(unit?.path).toBe('vm@mail.service.d/50-guest.conf');
  expect(unit).toMatchObject({ text: expect.stringContaining('ExecStart=vm mail\n') });
  expect(JSON.stringify([unit, others])).not.toContain('nspawn');
  const own = unitsOf({ guest: guestOf('[Guest]\nRef=site:x\n[Update]\nBy=rpm-ostree\n') });
  expect(own.map(({ path }) => path)).toContain('ostree-guest-maintenance@mail.service.d/50-guest.conf');
  expect(JSON.stringify(own)).not.toContain('nspawn');
});
