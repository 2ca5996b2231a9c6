// What the host lacks is no fault of a deployment. A limit of the guest itself is.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { hasNoRoom, isFull } from '../../src/host/disk-room.ts';
import { lackOf as lackIn } from '../../src/machine/nspawn/lack-rule.ts';
import { type HostFacts, lackOf, parseMemoryEvents } from '../../src/steps/assess/host-lack-rule.ts';

const unit = 'systemd-nspawn@mail.service';
const group = `/machine.slice/${unit}`;
const nothing: HostFacts = { said: undefined, memory: undefined, oomd: [], full: [] };
const swap = 'due to memory used (1) / total (2) and swap used (3) / total (4) being more than 90.00%';
const pressure = (of: string) =>
  `due to memory pressure for ${of} being 71.00% > 50.00% for > 20s with reclaim activity`;

test.each<[title: string, facts: Partial<HostFacts>, lack: string | undefined]>([
  ['nothing', {}, undefined],
  ['what the machine said', { said: 'No space left', full: ['/srv'] }, 'No space left'],
  ['room on a disk', { full: ['/srv', '/var'] }, 'the file system of /srv is full'],
  [
    'memory, so that the kernel killed processes',
    { memory: { reached: 0, killed: 1 } },
    'memory, so that the kernel killed 1 of its processes, which had not reached a limit of their own',
  ],
  ['no memory, as far as its control group knows', { memory: { reached: 0, killed: 0 } }, undefined],
  ['nothing: the guest has reached its MemoryMax=', { memory: { reached: 1, killed: 2 } }, undefined],
  [
    'nothing: the guest has reached it, but without a victim',
    { memory: { reached: 3, killed: 0 } },
    undefined,
  ],
  ...[
    `Killed ${group} ${swap}`,
    `Killed ${group}/payload/system.slice/db.service ${swap}`,
    `Killed ${group}/payload/init.scope ${pressure('/machine.slice')}`,
    `Marked ${group}/payload/init.scope for killing ${pressure('/')}`,
  ].map((message): [string, Partial<HostFacts>, string] => [
    `memory: ${message}`,
    { oomd: ['Swap is at 91%', message] },
    `memory. systemd-oomd: ${message}`,
  ]),
  ...[
    `Killed /machine.slice/systemd-nspawn@mail-2.service ${swap}`,
    `Killed /machine.slice/systemd-nspawn@evil.service/payload/${unit} ${swap}`,
    `Killed ${group}/payload/db.service ${pressure(group)}`,
    `Failed to kill ${group}`,
  ].map((message): [string, Partial<HostFacts>, undefined] => [
    `nothing: ${message}`,
    { oomd: [message] },
    undefined,
  ]),
])('the host lacks %s', (_, facts, lack) => {
  expect(lackOf(unit, { ...nothing, ...facts })).toBe(lack);
});

test('the words of the host about what it lacks', () => {
  for (const lack of [
    'Failed to create control group inotify object: Too many open files',
    "Failed to register machine: Machine 'mail' already exists",
    'Failed to register machine in system context: Connection timed out',
    'Failed to open bus: Connection refused',
    'Failed to open system bus: No such file or directory',
    'Failed to pick suitable UID/GID range: Device or resource busy',
    'Failed to allocate a pty: No space left on device',
    'Failed to fork inner child: Resource temporarily unavailable',
    "Failed to spawn 'start' task: Cannot allocate memory",
    'Failed to set up kernel keyring: Disk quota exceeded',
    'Failed to add new veth interfaces (ve-mail:host0): File exists',
    'Directory tree /run/ostree-guests/mail/root is currently busy.',
    'Failed to stat /srv/nas: No such file or directory',
    'Failed to clone /srv/nas: No such file or directory',
  ])
    expect(lackIn(['Welcome to Debian', lack, 'Exiting PID 1...'])).toBe(lack);
  const ofTree = ['Failed to start bad.service', 'mail: /etc/mail: No such file or directory'];
  expect(lackIn([...ofTree, 'Failed to stat home: No such file or directory'])).toBe(undefined);
  expect(lackIn([...ofTree, 'Failed to mount /x: Device or resource busy'])).toBe(undefined);
});

test('what a control group counts', () => {
  expect(parseMemoryEvents('low 0\nhigh 7\nmax 31\noom 4\noom_kill 2\noom_group_kill 1\n')).toEqual({
    reached: 4,
    killed: 2,
  });
  for (const text of ['oom 0\n', 'oom_kill 0\n', '']) expect(parseMemoryEvents(text)).toBe(undefined);
});

test.each<
  [title: string, isFull: boolean, megabytes: number, free: number, inodes: number, freeInodes: number]
>([
  ['a large one with little left', true, 100_000, 60, 0, 0],
  ['a large one with some left', false, 100_000, 70, 0, 0],
  ['a small one with little left', true, 600, 5, 40_000, 30_000],
  ['a small one with some left', false, 600, 7, 40_000, 30_000],
  ['one without inodes', true, 600, 300, 40_000, 3],
])('a file system is full: %s: %s', (_, full, megabytes, free, files, ffree) => {
  const room = { bsize: 1 << 20, blocks: megabytes, bavail: free, files, ffree };
  expect(hasNoRoom(room)).toBe(full);
});

test('a directory that is missing is not full', () => expect(isFull('/nonexistent')).toBe(false));

describe('at the end of a unit', () => {
  const work = mkdtempSync(join(tmpdir(), 'note-memory-'));
  afterAll(() => rmSync(work, { recursive: true }));
  const events = join(work, 'cgroup', group, 'memory.events');
  const note = join(work, 'memory-events');
  const script = join(work, 'note-memory');

  beforeEach(() => {
    rmSync(work, { recursive: true });
    mkdirSync(join(work, 'cgroup', group), { recursive: true });
    // As on a host that also mounts the hierarchies of version 1.
    writeFileSync(join(work, 'own'), `4:memory:/x\n0::${group}/.control\n`);
    const text = readFileSync('src/machine/note-memory', 'utf8')
      .replace('/proc/self/cgroup', join(work, 'own'))
      .replace('/sys/fs/cgroup', join(work, 'cgroup'));
    writeFileSync(script, text);
  });
  const run = () => {
    const env = { PATH: process.env['PATH'], INVOCATION_ID: 'abc' };
    const { status, stderr } = spawnSync('sh', [script, note], { env, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  };

  test('what its control group counts is kept, with the run', () => {
    writeFileSync(events, 'oom 0\noom_kill 1\n');
    run();
    expect(readFileSync(note, 'utf8')).toBe('abc\noom 0\noom_kill 1\n');
  });

  test('nothing is kept if it does not count', () => {
    run();
    expect(existsSync(note)).toBe(false);
  });
});
