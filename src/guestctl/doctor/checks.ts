import type { Broken } from '../../config/guest.ts';
import { guestFileOf, stateDirectory, stateOf } from '../../config/paths.ts';
import { mistakesIn } from '../../config/problem.ts';
import { fuseRemedy } from '../../host/fuse-device.ts';
import { lockUnit } from '../../host/systemctl.ts';
import type { Finding } from '../../machine/finding.ts';
import type { Facts } from './facts.ts';
import { networkFindings } from './network-checks.ts';

export const diagnose = (facts: Facts): Finding[] => [
  version('systemd', facts.systemd, [252], 'Install systemd 252 or newer'),
  version('ostree', facts.ostree, [2022, 7], 'Install ostree 2022.7 or newer'),
  version('node', facts.node, [20, 19], 'Install Node 20.19 or newer as /usr/bin/node'),
  ...facts.machines,
  idMapping(facts),
  ...rehearsals(facts),
  ...networkFindings(facts.network, facts.declared.guests),
  ...fuse(facts),
  selinux(facts),
  space(facts),
  ...facts.unsigned.map(({ message, remedy }) => warning('signatures', message, remedy)),
  ...facts.foreignHolders.map(({ pid, command, file }) =>
    warning(
      'locks',
      `${command} (PID ${pid}) holds ${file}, and updates wait for it`,
      `Let it end; or if it hangs: kill ${pid}`,
    ),
  ),
  ...guestFiles(facts),
  ...facts.refused.map(({ file, reason }) =>
    bad('boot list', `${file} is not booted: ${reason}`, `Remove it: rm ${file}`),
  ),
  ...facts.mirrors.map(({ mirror, what, remedy }) => bad('mirrors', `${mirror}: ${what}`, remedy)),
  ...facts.unprotected.map(({ message, remedy }) => bad('protection', message, remedy)),
  ...facts.readOnly.map(({ message, remedy }) => bad('sysroot', message, remedy)),
  ...facts.damaged.map(({ message, remedy }) => bad('state', message, remedy)),
  ...facts.halfRemoved.map((name) =>
    bad('removal', `The removal of ${name} was cut off`, `Complete it: guestctl remove ${name}`),
  ),
  ...facts.halfRenamed.map(({ from, to }) =>
    bad('rename', `The rename of ${from} to ${to} was cut off`, `Complete it: guestctl rename ${from} ${to}`),
  ),
  ...facts.idleTimers.map((timer) =>
    warning('timers', `${timer} is enabled but does not run`, `Run: systemctl start ${timer}`),
  ),
  ...leftovers(facts),
];

const leftovers = ({ lockedLeftovers, undeclared }: Facts): Finding[] => [
  ...lockedLeftovers.map((name) =>
    bad(
      'locks',
      `${name} is not declared any more, and still holds a lock of FleetLock=`,
      `Give it back: systemctl start ${lockUnit(name)}`,
    ),
  ),
  ...undeclared.map((name) =>
    warning(
      'leftovers',
      `${stateOf(name)} belongs to no guest that is declared`,
      `Declare it again in ${guestFileOf(name)}, and remove it with: guestctl remove ${name}`,
    ),
  ),
];

const good = (check: string, message: string): Finding => ({ check, state: 'good', message });
const warning = (check: string, message: string, remedy: string): Finding => ({
  check,
  state: 'warning',
  message,
  remedy,
});
const bad = (check: string, message: string, remedy: string): Finding => ({
  check,
  state: 'bad',
  message,
  remedy,
});

function version(
  check: string,
  found: string | undefined,
  oldest: readonly number[],
  remedy: string,
): Finding {
  if (found === undefined) return bad(check, `There is no ${check}`, remedy);
  return compare(numbers(found), oldest) >= 0
    ? good(check, found)
    : bad(check, `${found} is too old`, remedy);
}

const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);

function compare(a: readonly number[], b: readonly number[]): number {
  const at = b.findIndex((part, index) => part !== (a[index] ?? 0));
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** The first Linux version with ID-mapped mounts for each file system: mount_setattr(2). */
const mapsIdsSince: Readonly<Record<string, readonly number[]>> = {
  ext4: [5, 12],
  vfat: [5, 12],
  xfs: [5, 12],
  btrfs: [5, 15],
  f2fs: [5, 18],
  erofs: [5, 19],
  tmpfs: [6, 3],
  bcachefs: [6, 7],
  zfs: [5, 12],
};

function idMapping({ fileSystem: { type }, mapped, kernel, declared }: Facts): Finding {
  if (mapped) return good('id mapping', `${type} maps ids, as a try showed`);
  const since = mapped === false ? undefined : mapsIdsSince[type];
  if (since && compare(numbers(kernel), since) >= 0) return good('id mapping', `${type} can map ids`);
  const message = `${type} under Linux ${kernel} cannot map ids${mapped === false ? ', as a try showed' : ', or is not known to'}`;
  if (declared.guests.length > 0 && declared.guests.every(({ machine }) => machine.privateUsers === 'no'))
    return good('id mapping', `${message}; no guest needs it`);
  const remedy = `Have ext4, XFS or btrfs under ${stateDirectory}; or, if root in a guest may be root of the host, set PrivateUsers=no`;
  const isSure = mapped === false || since !== undefined;
  return isSure ? bad('id mapping', message, remedy) : warning('id mapping', message, remedy);
}

function rehearsals({ mapsOwners, declared }: Facts): Finding[] {
  const wanted = declared.guests
    .filter(({ update, machine }) => update.rehearse && machine.privateUsers !== 'no')
    .map(({ name }) => name);
  if (wanted.length === 0) return [];
  if (mapsOwners) return [good('rehearsals', 'mount can map owners')];
  const message = `mount(8) cannot map owners, so updates of ${wanted.slice(0, 3).join(', ')} cannot be rehearsed, and fail`;
  return [warning('rehearsals', message, 'Install util-linux 2.39 or newer, or leave out Rehearse=')];
}

function fuse({ hasFuse, declared }: Facts): Finding[] {
  const inNeed = declared.builds.filter(({ recipe }) => recipe.kind === 'treefile').map(({ name }) => name);
  if (inNeed.length === 0) return [];
  if (hasFuse) return [good('fuse', 'rpm-ostree can compose trees')];
  const message = `The host has no /dev/fuse, which rpm-ostree needs to compose trees: ${inNeed.slice(0, 3).join(', ')}`;
  return [warning('fuse', message, fuseRemedy)];
}

function selinux({ selinux: mode, hasSelinuxModule }: Facts): Finding {
  if (mode === 'off') return good('selinux', mode);
  if (hasSelinuxModule === false)
    return warning(
      'selinux',
      `${mode}, without the module of ostree-guests: guests whose labels the policy of this host does not know cannot be fetched`,
      'Run: semodule -i /usr/share/selinux/packages/ostree-guests.cil',
    );
  if (mode === 'permissive') return good('selinux', mode);
  return warning(
    'selinux',
    'enforcing, which guests were not tested with',
    'If something fails, see: ausearch -m avc -ts recent',
  );
}

const gigabyte = 1e9;

function space({ fileSystem: { free, size, inodes } }: Facts): Finding {
  const few = fewInodes(inodes);
  if (few) return few;
  const message = `${(free / gigabyte).toFixed(1)} GB of ${(size / gigabyte).toFixed(1)} GB are free`;
  // Below 3 % libostree fetches nothing: ostree.repo-config(5), min-free-space-percent.
  if (free > Math.max(size * 0.1, gigabyte)) return good('disk', message);
  return free < size * 0.03 ? bad('disk', message, makeRoom) : warning('disk', message, makeRoom);
}

const makeRoom = `Make room under ${stateDirectory}; guestctl deployments shows what a guest keeps`;

/** Each deployment takes an inode for each directory, and for each file in /etc, also where guests share all files. */
function fewInodes({ free, all }: Facts['fileSystem']['inodes']): Finding | undefined {
  // Some file systems do not have a fixed number of them.
  if (all === 0 || free > all * 0.1) return undefined;
  const message = `${free} of ${all} inodes are free: df -i ${stateDirectory}`;
  // Below 1 % no tree is unpacked: src/host/disk-room.ts.
  return free < all * 0.01 ? bad('disk', message, makeRoom) : warning('disk', message, makeRoom);
}

const hasMistakes = ({ problems }: Broken): boolean => mistakesIn(problems).length > 0;

function guestFiles({ declared, outOfDate }: Facts): Finding[] {
  const found = [
    ...declared.broken
      .filter(hasMistakes)
      .map(({ name, file }) =>
        bad('guest files', `${file} has mistakes, ${name} cannot start`, `See: guestctl verify ${name}`),
      ),
    ...declared.brokenBuilds
      .filter(hasMistakes)
      .map(({ name, file }) =>
        bad(
          'build files',
          `${file} has mistakes, its guests cannot be updated`,
          `See: guestctl verify ${name}`,
        ),
      ),
    ...declared.brokenMirrors
      .filter(hasMistakes)
      .map(({ name, file }) =>
        bad('mirror files', `${file} has mistakes, nothing is mirrored`, `See: guestctl verify ${name}`),
      ),
    ...outOfDate.map((name) =>
      bad('units', `The units of ${name} are not what its file says`, 'Run: systemctl daemon-reload'),
    ),
  ];
  const count = declared.guests.length;
  return found.length > 0
    ? found
    : [
        good(
          'guest files',
          `${count === 1 ? '1 guest is' : `${count} guests are`} declared, units are up to date`,
        ),
      ];
}
