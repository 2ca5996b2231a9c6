// What doctor makes of what it finds on a host.
import { expect, test } from 'vitest';
import type { Guest } from '../../src/config/guest.ts';
import { diagnose } from '../../src/guestctl/doctor/checks.ts';
import type { Facts } from '../../src/guestctl/doctor/facts.ts';
import type { HostNetwork } from '../../src/guestctl/doctor/network-checks.ts';
import { plain } from '../../src/guestctl/screen.ts';
import { findingsText } from '../../src/guestctl/screens/findings.ts';
import { judge, type NspawnFacts } from '../../src/machine/nspawn/doctor.ts';
import { type HostLimits, limitFindings } from '../../src/machine/nspawn/limits-rule.ts';
import { screen } from './overviews.ts';
import { guestOf } from './read.ts';

const healthyHost: HostNetwork = {
  networkd: true,
  uplink: undefined,
  firewall: undefined,
  waitsForNetworkd: false,
  resolvesGuests: true,
  hasNameServers: true,
  listeners: [],
  addresses: [],
};

const limits: HostLimits = {
  inotifyInstances: 8192,
  inotifyOfPackage: 8192,
  userNamespaces: 15_000,
  terminals: { most: 4096, reserve: 1024, inUse: 20 },
  tasks: { parameter: 'kernel.threads-max', most: 30_000, inUse: 500 },
  memory: 2 ** 30,
};

const nspawn: NspawnFacts = {
  hasNspawn: true,
  machinedHangs: false,
  limits,
  down: 0,
  hasFuse: true,
};

const fileSystem: Facts['fileSystem'] = {
  type: 'ext4',
  free: 40e9,
  size: 100e9,
  inodes: { free: 5_000_000, all: 6_000_000 },
};

const healthy: Facts = {
  systemd: '257.13-1~deb13u1',
  ostree: '2025.2',
  node: '20.19.0',
  kernel: '6.12.9',
  fileSystem,
  mapped: undefined,
  hasFuse: true,
  mapsOwners: true,
  network: { host: healthyHost, running: [], stopped: [] },
  selinux: 'off',
  hasSelinuxModule: false,
  declared: {
    guests: [guestOf('[Guest]\nRef=site:x\n')],
    broken: [],
    builds: [],
    brokenBuilds: [],
    mirrors: [],
    brokenMirrors: [],
  },
  outOfDate: [],
  machines: judge(nspawn, []),
  unsigned: [],
  foreignHolders: [],
  damaged: [],
  halfRemoved: [],
  halfRenamed: [],
  idleTimers: [],
  undeclared: [],
  lockedLeftovers: [],
  unprotected: [],
  readOnly: [],
  refused: [],
  mirrors: [],
};

const few = (free: number) => ({ fileSystem: { ...fileSystem, inodes: { free, all: 1000 } } });

const rehearsed = guestOf('[Guest]\nRef=site:x\n[Update]\nRehearse=yes\n');

test('a host on which all is well', () => {
  expect(findingsText(diagnose(healthy), plain)).toBe(
    screen(`
        ok  systemd          257.13-1~deb13u1
        ok  ostree           2025.2
        ok  node             20.19.0
        ok  nspawn           systemd-nspawn is there
        ok  user namespaces  allowed
        ok  id mapping       ext4 can map ids
        ok  network          systemd-networkd gives guests addresses
        ok  names            guests have names on this host
        ok  selinux          off
        ok  disk             40.0 GB of 100.0 GB are free
        ok  guest files      1 guest is declared, units are up to date
    `).replace(/^/, '  '),
  );
});

/** What is said of limits of a host on which eight of ten guests do not run. */
const shortages = (less: Partial<HostLimits>) =>
  limitFindings({ ...limits, ...less }, { declared: 10, down: 8, mapped: 9 })
    .filter(({ state }) => state !== 'good')
    .map(({ check, state, message, remedy }) => `${state} ${check}: ${message}. ${remedy}`);

const raise = (setting: string) =>
  `Write ${setting} into /etc/sysctl.d/60-guests.conf, then run: sysctl --system`;

const terminals = (most: number) => ({ terminals: { ...limits.terminals, most } });
const tasks = (most: number) => ({ tasks: { ...limits.tasks, most } });

test.each<[title: string, less: Partial<HostLimits>, said: string[]]>([
  ['has enough of all', {}, []],
  [
    'does not tell its limits',
    {
      inotifyInstances: Number.POSITIVE_INFINITY,
      userNamespaces: Number.POSITIVE_INFINITY,
      ...terminals(Number.POSITIVE_INFINITY),
      ...tasks(Number.POSITIVE_INFINITY),
      memory: Number.POSITIVE_INFINITY,
    },
    [],
  ],
  ['has enough inotify instances for each declared guest', { inotifyInstances: 150 }, []],
  [
    'was not booted since the package was installed',
    { inotifyInstances: 149 },
    [
      'warning inotify: fs.inotify.max_user_instances is 149, enough for about 9 of 10 declared guests. Run: sysctl --system. It applies the file of this package, /usr/lib/sysctl.d/50-ostree-guests.conf. If nothing changes, a file in /etc/sysctl.d sets less',
    ],
  ],
  [
    'takes just what the package sets',
    { inotifyInstances: 149, inotifyOfPackage: 150 },
    [expect.stringContaining('Run: sysctl')],
  ],
  [
    'has applied what the package sets, which is not enough',
    { inotifyInstances: 20, inotifyOfPackage: 149 },
    [
      `warning inotify: fs.inotify.max_user_instances is 20, enough for about 0 of 10 declared guests. ${raise('fs.inotify.max_user_instances = 512')}`,
    ],
  ],
  [
    'allows no user namespace',
    { userNamespaces: 0 },
    [`bad user namespaces: The kernel allows none. ${raise('user.max_user_namespaces = 128')}`],
  ],
  ['has enough user namespaces for guests that have one', { userNamespaces: 46 }, []],
  [
    'allows few user namespaces',
    { userNamespaces: 45 },
    [
      `warning user namespaces: user.max_user_namespaces is 45, enough for about 8 of 9 declared guests. ${raise('user.max_user_namespaces = 128')}`,
    ],
  ],
  ['has enough terminals for the guests that do not run', terminals(1068), []],
  [
    'has terminals for itself only',
    terminals(1067),
    [
      `warning terminals: kernel.pty.max is 1067, of which 1024 are reserved for the host and 20 are in use, enough for about 7 of 8 declared guests that do not run. ${raise('kernel.pty.max = 4096')}`,
    ],
  ],
  ['can start enough processes', tasks(596), []],
  [
    'can start few processes',
    tasks(595),
    [
      `warning tasks: kernel.threads-max is 595, and 500 processes and threads run, enough for about 7 of 8 declared guests that do not run. ${raise('kernel.threads-max = 2048')}`,
    ],
  ],
  ['has enough memory', { memory: 160 * 2 ** 20 }, []],
  [
    'has little memory left',
    { memory: 160 * 2 ** 20 - 1 },
    [
      'warning memory: 159 MiB of memory and swap are left, enough for about 7 of 8 declared guests that do not run. Add memory or swap before you start all of them. guestctl status NAME shows what a guest takes that runs',
    ],
  ],
])('a host that %s', (_, less, said) => {
  expect(shortages(less)).toEqual(said);
});

test('a guest that runs, or has no user namespace, takes none of the rest', () => {
  const guests = ['pick', 'no'].map((users) =>
    guestOf(`[Guest]\nRef=site:x\n[Exec]\nPrivateUsers=${users}\n`),
  );
  const of = (less: Partial<HostLimits>, down: number) =>
    judge({ ...nspawn, limits: { ...limits, ...less }, down }, guests).filter(
      ({ state }) => state !== 'good',
    );
  expect(of({ userNamespaces: 14 }, 2)).toEqual([]);
  expect(of({ memory: 0 }, 0)).toEqual([]);
  expect(of({ memory: 0 }, 1)).toMatchObject([{ check: 'memory' }]);
});

const own = guestOf('[Guest]\nRef=site:x\n[Update]\nBy=rpm-ostree\n');

test('only who needs /dev/fuse is told of it', () => {
  const of = (hasFuse: boolean, guests: Guest[]) =>
    judge({ ...nspawn, hasFuse }, guests).filter(({ check }) => check === 'fuse');
  expect(of(false, [])).toEqual([]);
  expect(of(true, [own])).toMatchObject([{ state: 'good' }]);
  expect(of(false, [own])).toMatchObject([
    { state: 'warning', remedy: 'Run: modprobe fuse; then restart these guests' },
  ]);
});

test.each<[string, Partial<Facts>, string, string]>([
  ['systemd', { systemd: '247' }, 'bad', '247 is too old'],
  ['ostree', { ostree: undefined }, 'bad', 'There is no ostree'],
  ['ostree', { ostree: '2022.6' }, 'bad', '2022.6 is too old'],
  ['ostree', { ostree: '2022.7' }, 'good', '2022.7'],
  ['node', { node: '20.18.3' }, 'bad', '20.18.3 is too old'],
  ['node', { node: '24.1.0' }, 'good', '24.1.0'],
  ['nspawn', { machines: judge({ ...nspawn, hasNspawn: false }, []) }, 'bad', 'There is no systemd-nspawn'],
  [
    'id mapping',
    { fileSystem: { ...fileSystem, type: 'nfs4' } },
    'warning',
    'nfs4 under Linux 6.12.9 cannot map ids, or is not known to',
  ],
  [
    'id mapping',
    { fileSystem: { ...fileSystem, type: 'btrfs' }, kernel: '5.10.0' },
    'bad',
    'btrfs under Linux 5.10.0 cannot map ids, or is not known to',
  ],
  [
    'rehearsals',
    { mapsOwners: false, declared: { ...healthy.declared, guests: [rehearsed] } },
    'warning',
    'mount(8) cannot map owners, so updates of mail cannot be rehearsed, and fail',
  ],
  ['rehearsals', { declared: { ...healthy.declared, guests: [rehearsed] } }, 'good', 'mount can map owners'],
  ['id mapping', { mapped: true, kernel: '5.10.0' }, 'good', 'ext4 maps ids, as a try showed'],
  ['id mapping', { mapped: false }, 'bad', 'ext4 under Linux 6.12.9 cannot map ids, as a try showed'],
  [
    'selinux',
    { selinux: 'enforcing', hasSelinuxModule: true },
    'warning',
    'enforcing, which guests were not tested with',
  ],
  ['selinux', { selinux: 'permissive', hasSelinuxModule: true }, 'good', 'permissive'],
  [
    'selinux',
    { selinux: 'permissive' },
    'warning',
    'permissive, without the module of ostree-guests: guests whose labels the policy of this host does not know cannot be fetched',
  ],
  ['disk', { fileSystem: { ...fileSystem, free: 2e9 } }, 'bad', '2.0 GB of 100.0 GB are free'],
  [
    'disk',
    { fileSystem: { ...fileSystem, inodes: { free: 0, all: 0 } } },
    'good',
    '40.0 GB of 100.0 GB are free',
  ],
  ['disk', few(100), 'warning', '100 of 1000 inodes are free: df -i /var/lib/ostree-guests'],
  ['disk', few(9), 'bad', '9 of 1000 inodes are free: df -i /var/lib/ostree-guests'],
  [
    'machined',
    { machines: judge({ ...nspawn, machinedHangs: true }, []) },
    'bad',
    'systemd-machined does not answer, and until it does no guest can start: one of them may have a pipe for a file that it reads',
  ],
  [
    'signatures',
    { unsigned: [{ message: 'mail takes any tree', remedy: 'Add a key' }] },
    'warning',
    'mail takes any tree',
  ],
  ['units', { outOfDate: ['mail'] }, 'bad', 'The units of mail are not what its file says'],
  [
    'locks',
    {
      foreignHolders: [
        { pid: 17, command: 'ostree', file: '/var/lib/ostree-guests/mail/sysroot/ostree/lock' },
      ],
    },
    'warning',
    'ostree (PID 17) holds /var/lib/ostree-guests/mail/sysroot/ostree/lock, and updates wait for it',
  ],
  [
    'protection',
    { unprotected: [{ message: '/srv/mail is open', remedy: 'Run: chmod 700 /srv/mail' }] },
    'bad',
    '/srv/mail is open',
  ],
  [
    'sysroot',
    { readOnly: [{ message: '/sysroot/mail is read-only', remedy: 'Put it elsewhere' }] },
    'bad',
    '/sysroot/mail is read-only',
  ],
  [
    'boot list',
    { refused: [{ file: '/x/ostree-1.conf', reason: 'it has not one version' }] },
    'bad',
    '/x/ostree-1.conf is not booted: it has not one version',
  ],
  [
    'state',
    { damaged: [{ file: '/x', isNewer: false, message: '/x is damaged', remedy: 'Remove it: rm /x' }] },
    'bad',
    '/x is damaged',
  ],
  [
    'timers',
    { idleTimers: ['ostree-guest-update@mail.timer'] },
    'warning',
    'ostree-guest-update@mail.timer is enabled but does not run',
  ],
  ['removal', { halfRemoved: ['mail'] }, 'bad', 'The removal of mail was cut off'],
  ['rename', { halfRenamed: [{ from: 'mail', to: 'mx' }] }, 'bad', 'The rename of mail to mx was cut off'],
  [
    'leftovers',
    { undeclared: ['old'] },
    'warning',
    '/var/lib/ostree-guests/old belongs to no guest that is declared',
  ],
  [
    'locks',
    { lockedLeftovers: ['old'] },
    'bad',
    'old is not declared any more, and still holds a lock of FleetLock=',
  ],
])('%s: %j', (check, facts, state, message) => {
  const found = diagnose({ ...healthy, ...facts }).find((one) => one.check === check);
  expect(found).toMatchObject({ state, message });
  // Whatever is not well comes with what to do.
  expect(found?.remedy === undefined).toBe(state === 'good');
});
