// What runs confined: the settings of its unit, and what is told of its end.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Confinement, settingsOf } from '../../src/host/confined.ts';
import { boundTo, serviceOf, withoutNotes } from '../../src/host/systemd-run.ts';

const plain: Confinement = { name: 'x', writable: ['/var/lib/ostree-guests/mail'], timeLimit: '1min' };
const of = (confinement: Partial<Confinement>, own: string[] = []): Record<string, string> =>
  Object.fromEntries(settingsOf({ ...plain, ...confinement }, own));

test.each<[string, Partial<Confinement>, Record<string, string | undefined>]>([
  [
    'by default: no network, no capability',
    {},
    { PrivateNetwork: 'yes', CapabilityBoundingSet: '', RestrictAddressFamilies: 'AF_UNIX' },
  ],
  [
    'a network',
    { network: true },
    { PrivateNetwork: undefined, RestrictAddressFamilies: 'AF_UNIX AF_INET AF_INET6 AF_NETLINK' },
  ],
  [
    'capabilities',
    { capabilities: ['CAP_CHOWN', 'CAP_FOWNER'] },
    { CapabilityBoundingSet: 'CAP_CHOWN CAP_FOWNER' },
  ],
  ['what it may write', { writable: ['/a', '/b'] }, { BindPaths: '/a /b', TemporaryFileSystem: '/:ro' }],
  ['nothing to write', { writable: [] }, { BindPaths: undefined }],
  [
    'limits',
    { timeLimit: '5s', memory: '1G', tasks: 9 },
    { RuntimeMaxSec: '5s', MemoryMax: '1G', TasksMax: '9' },
  ],
  ['default limits', {}, { MemoryMax: '512M', TasksMax: '64' }],
])('%s', (_, confinement, expected) => {
  const settings = of(confinement);
  for (const [key, value] of Object.entries(expected)) expect(settings[key]).toBe(value);
});

test('of the host it sees /usr, a few files of /etc, and what it is given, if it is there', () => {
  const { BindReadOnlyPaths = '' } = of({ readable: ['/srv/mirror'] }, ['/opt/node/bin/node']);
  const seen = BindReadOnlyPaths.split(' ');
  expect(seen).toEqual(
    expect.arrayContaining(['-/usr', '-/lib64', '-/srv/mirror', '-/opt/node/bin/node', '-/etc/passwd']),
  );
  expect(seen).not.toContain('-/etc/resolv.conf');
  for (const path of seen)
    expect(path).toMatch(/^-\/(usr|s?bin|lib\w*|etc\/[\w.-]+|srv\/mirror|opt\/node\/bin\/node)$/);
  expect((of({ network: true })['BindReadOnlyPaths'] ?? '').split(' ')).toContain('-/etc/resolv.conf');
});

test.each([
  [
    '0::/system.slice/system-ostree\\x2dguest\\x2dupdate.slice/ostree-guest-update@mail.service\n',
    'ostree-guest-update@mail.service',
  ],
  ['0::/machine.slice/ostree-guest-build@x.service/payload/a.service\n', 'ostree-guest-build@x.service'],
  ['12:pids:/x.service\n0::/system.slice/ssh.service\n', 'ssh.service'],
  ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/code.service\n', undefined],
  ['0::/user.slice/user-0.slice/session-3.scope\n', undefined],
  ['0::/init.scope\n', undefined],
])('%j is in the service %s', (cgroup, service) => {
  expect(serviceOf(cgroup)).toBe(service);
});

test('what works for a service ends with it, is in its slice and has its priority', () => {
  const cgroup = '0::/machine.slice/machine-updates.slice/ostree-guest-update@mail.service\n';
  expect(Object.fromEntries(boundTo(cgroup, 10))).toEqual({
    BindsTo: 'ostree-guest-update@mail.service',
    Before: 'ostree-guest-update@mail.service',
    Slice: 'machine-updates.slice',
    Nice: '10',
  });
  expect(Object.fromEntries(boundTo('0::/x.service\n', 0))).toMatchObject({ Slice: '-.slice' });
  expect(boundTo('0::/user.slice/user-0.slice/session-3.scope\n', 0)).toEqual([]);
});

test.each([
  ['update', 5],
  ['build', 5],
  ['mirror', 10],
  ['publish', 10],
])('guests come before %s, which has time', (step, nice) => {
  const unit = readFileSync(`units/ostree-guest-${step}@.service`, 'utf8');
  expect(unit.match(/^(Slice|Nice)=.*$/gm)).toEqual(['Slice=machine-updates.slice', `Nice=${nice}`]);
});

const notes =
  'Main processes terminated with: code=killed, status=9/KILL\nService runtime: 1min 9.122s\nCPU time consumed: 56ms\nMemory peak: 1.2M (swap: 0B)\n';
test.each([
  ['Running as unit: a.service; invocation ID: 12\noops\nFinished with result: exit-code\n', 'oops\n'],
  ['Running as unit: a.service\nFinished with result: timeout\n', 'it took too long, and was ended\n'],
  [
    'Running as unit: a.service\nhalf a lineFinished with result: oom-kill\n',
    'half a line\nit used too much memory, and was ended\n',
  ],
  [
    'Running as unit: a.service\nFinished with result: success\nmy own\nFinished with result: success\n',
    'Finished with result: success\nmy own\n',
  ],
  // A quick command writes before systemd-run does, whole lines or half of one.
  ['oops\nRunning as unit: a.service; invocation ID: 12\nFinished with result: exit-code\n', 'oops\n'],
  ['ooRunning as unit: a.service\nps\nFinished with result: exit-code\n', 'oops\n'],
  // systemd 262 aligns its last lines.
  ['Running as unit: a.service\noops\n    Finished with result: exit-code\n', 'oops\n'],
  [
    'Failed to find executable /x: No such file or directory\n',
    'Failed to find executable /x: No such file or directory\n',
  ],
])('of %j, the command wrote %j', (stderr, own) => {
  for (const lines of [notes, notes.replace(/^(?=.)/gm, '   ')])
    expect(withoutNotes(stderr.replace(/(result: [\w-]+\n)$/, `$1${lines}`))).toBe(own);
});
