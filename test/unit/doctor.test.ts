// What doctor makes of what it finds on a host.
import { expect, test } from 'vitest';
import type { Guest } from '../../src/config/guest.ts';
import { diagnose } from '../../src/guestctl/doctor/checks.ts';
import type { Facts } from '../../src/guestctl/doctor/facts.ts';
import type { HostNetwork } from '../../src/guestctl/doctor/network-checks.ts';
import { plain } from '../../src/guestctl/screen.ts';
import { findingsText } from '../../src/guestctl/screens/findings.ts';
import { judge, type NspawnFacts } from '../../src/machine/nspawn/doctor.ts';
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

const nspawn: NspawnFacts = {
  hasNspawn: true,
  machinedHangs: false,
  inotifyInstances: 128,
  hasFuse: true,
};

const healthy: Facts = {
  systemd: '257.13-1~deb13u1',
  ostree: '2025.2',
  node: '20.19.0',
  kernel: '6.12.9',
  fileSystem: { type: 'ext4', free: 40e9, size: 100e9 },
  mapped: undefined,
  userNamespaces: 15_000,
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

const rehearsed = guestOf('[Guest]\nRef=site:x\n[Update]\nRehearse=yes\n');

test('a host on which all is well', () => {
  expect(findingsText(diagnose(healthy), plain)).toBe(
    screen(`
        ok  systemd          257.13-1~deb13u1
        ok  ostree           2025.2
        ok  node             20.19.0
        ok  nspawn           systemd-nspawn is there
        ok  id mapping       ext4 can map ids
        ok  user namespaces  allowed
        ok  network          systemd-networkd gives guests addresses
        ok  names            guests have names on this host
        ok  selinux          off
        ok  disk             40.0 GB of 100.0 GB are free
        ok  guest files      1 guest is declared, units are up to date
    `).replace(/^/, '  '),
  );
});

test('a host that cannot watch enough files for its guests', () => {
  const guests = Array.from({ length: 8 }, () => guestOf('[Guest]\nRef=site:x\n'));
  const of = (inotifyInstances: number) =>
    judge({ ...nspawn, inotifyInstances }, guests).filter(({ check }) => check === 'inotify');
  expect(of(128)).toMatchObject([{ state: 'warning', message: expect.stringContaining('about 7 guests') }]);
  expect(of(8192)).toEqual([]);
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
    { fileSystem: { type: 'nfs4', free: 1e12, size: 1e12 } },
    'warning',
    'nfs4 under Linux 6.12.9 cannot map ids, or is not known to',
  ],
  [
    'id mapping',
    { fileSystem: { type: 'btrfs', free: 1e12, size: 1e12 }, kernel: '5.10.0' },
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
  ['user namespaces', { userNamespaces: 0 }, 'bad', 'The kernel allows none'],
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
  ['disk', { fileSystem: { type: 'ext4', free: 2e9, size: 100e9 } }, 'bad', '2.0 GB of 100.0 GB are free'],
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
