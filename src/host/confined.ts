import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Guest } from '../config/guest.ts';
import { ostreeKeys, stateOf } from '../config/paths.ts';
import type { Finished, RunOptions } from './process.ts';
import { proxies } from './proxies.ts';
import { attachAsService, type Pager, runAsService, type Settings, serviceCommand } from './systemd-run.ts';

/**
 * What a confined command may see, write and use. All paths are absolute, without blanks or colons. Paths that do
 * not exist are skipped, except in `writable`: the command does not start without these.
 */
export interface Confinement {
  /** Names its unit, ostree-guest-NAME, which can run only once at a time: end it with the guest's name or our process ID. */
  readonly name: string;
  /** Directories that it may write to; mostly `roomsOf(guest)`. */
  readonly writable: readonly string[];
  /** Paths of the host that it may read, in addition to /usr and a few files of /etc. */
  readonly readable?: readonly string[];
  /** True for the host's network. Default: no network. */
  readonly network?: boolean;
  /** The capabilities(7) that it keeps. Default: none. `treeCapabilities` are for trees of files. */
  readonly capabilities?: readonly string[];
  /** Its time limit, a time span of systemd. */
  readonly timeLimit: string;
  /** Its memory limit, in bytes as systemd writes them. Default: 512M. Includes files in /tmp if that is in memory. */
  readonly memory?: string;
  /** The maximum number of processes and threads. Default: 64. Node needs 11. */
  readonly tasks?: number;
  /**
   * True for what talks to a server that a tree has chosen: it is a user who owns nothing, reaches no local socket, and has 8 MB in
   * /tmp. Default: root, who has no rights but its capabilities.
   */
  readonly isStranger?: boolean;
}

/** Capabilities to create, read and remove trees with any owners, modes, attributes and labels. */
export const treeCapabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_LINUX_IMMUTABLE',
  'CAP_SETFCAP',
  'CAP_MAC_ADMIN',
];

/** Returns all directories that belong to a guest. */
export const roomsOf = ({ name, sysroot }: Pick<Guest, 'name' | 'sysroot'>): string[] => {
  const own = stateOf(name);
  return sysroot.startsWith(`${own}/`) ? [own] : [own, sysroot];
};

/**
 * Runs a command that sees nothing of the host except what it is given: its root is an empty, read-only file system in
 * memory with /usr in it. Links out of a guest's tree lead nowhere there. Use it for everything that walks trees or
 * reads files made by a guest, an image or a package.
 *
 *     const { exitCode, stdout, stderr } = await runConfined(
 *       { name: `layout-${guest.name}`, writable: roomsOf(guest), capabilities: treeCapabilities, timeLimit: '30min' },
 *       ownProgram('lay-out', root),       // dist/lay-out.cjs: an entry point of build.mjs
 *       { input: JSON.stringify(task) },   // what it reads on its standard input
 *     );
 *
 * Returns any exit code; if systemd killed it, the last line of `stderr` says why. It ends with the service or the
 * guestctl that started it. Works in the sandboxes of our services and on a terminal, as root. It starts
 * in 20 ms; Node takes 100 ms more.
 *
 * It has a /tmp, a /run and a /dev of its own, and no other process in its /proc. `PATH` and `LC_ALL=C.UTF-8` are its environment, and our proxies if
 * it has the network.
 */
export const runConfined = (
  confinement: Confinement,
  command: readonly string[],
  options?: RunOptions,
): Promise<Finished> =>
  runAsService(`ostree-guest-${confinement.name}`, settingsOf(confinement), command, {
    ...options,
    ...(confinement.network && { env: proxies() }),
  });

/**
 * Returns the command line of runConfined() for a script in our service. What the script writes to it: the proxies as NAME=VALUE, one a
 * line, an empty line, and the input of the command.
 */
export const confinedCommand = (confinement: Confinement, command: readonly string[]): string[] =>
  serviceCommand(`ostree-guest-${confinement.name}`, settingsOf(confinement), command);

/** Runs a command confined like runConfined(), on our own output or through a pager. Returns its exit code. */
export const attachConfined = (
  confinement: Confinement,
  command: readonly string[],
  pager?: Pager,
): Promise<number> =>
  attachAsService(`ostree-guest-${confinement.name}`, settingsOf(confinement), command, pager);

/** Returns the command line of another program of ours: dist/NAME.cjs. */
export const ownProgram = (name: string, ...args: readonly string[]): string[] => [
  process.execPath,
  ownFile(`${name}.cjs`),
  ...args,
];

/** Returns the path of another file of ours, such as a script. */
export const ownFile = (name: string): string => `${ownDirectory()}/${name}`;

const ownDirectory = (): string => dirname(realpathSync(process.argv[1] ?? ''));

/** Returns the paths of Node and our programs, if they are not in /usr. */
const ownPlaces = (): string[] =>
  [realpathSync(process.execPath), ownDirectory()].filter((path) => !path.startsWith('/usr/'));

/** What every program needs. On a host with a merged /usr the first ones are links, elsewhere directories: both work. */
const basics = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/usr'];

/** Files of /etc that programs need and that are not secret: loader, alternatives, names and labels. */
const configuration = [
  'alternatives',
  'group',
  'ld.so.cache',
  'localtime',
  'login.defs',
  'nsswitch.conf',
  'passwd',
  'selinux',
].map((name) => `/etc/${name}`);

/** Files of /etc for name resolution and certificates. */
const netConfiguration = [
  'ca-certificates',
  'crypto-policies',
  'gai.conf',
  'host.conf',
  'hosts',
  'pki',
  'resolv.conf',
  'ssl',
].map((name) => `/etc/${name}`);

/** An empty root directory with only /proc, /sys, /dev, /run and /tmp, without access to the kernel or to other processes. */
export const emptyRoot: Settings = [
  ['TemporaryFileSystem', '/:ro'],
  ['MountAPIVFS', 'yes'],
  ['PrivateTmp', 'yes'],
  ['PrivateDevices', 'yes'],
  // That leaves it the shared memory of the host.
  ['InaccessiblePaths', '-/dev/shm -/dev/mqueue -/dev/hugepages'],
  ['PrivateIPC', 'yes'],
  ['ProtectProc', 'ptraceable'],
  ['ProtectClock', 'yes'],
  ['ProtectControlGroups', 'yes'],
  ['ProtectHostname', 'yes'],
  ['ProtectKernelLogs', 'yes'],
  ['ProtectKernelModules', 'yes'],
  ['ProtectKernelTunables', 'yes'],
  ['LockPersonality', 'yes'],
  ['RestrictRealtime', 'yes'],
  ['RestrictNamespaces', 'yes'],
  ['SystemCallArchitectures', 'native'],
  ['SystemCallFilter', '@system-service'],
];

const nobody = '65534';

/**
 * Less than `emptyRoot`, without /proc, /sys and devices: each setting costs time, and a user who owns nothing has no rights that they
 * would take. Others run as nobody, too, so it may neither send signals nor use what they share. DynamicUser= would bring back all of
 * the host.
 */
const strangerRoot: Settings = [
  ['TemporaryFileSystem', '/:ro /tmp:size=8M,mode=1777'],
  ['MountAPIVFS', 'no'],
  ['BindReadOnlyPaths', '/dev/null'],
  ['User', nobody],
  ['Group', nobody],
  ['RestrictNamespaces', 'yes'],
  ['SystemCallArchitectures', 'native'],
  ['SystemCallFilter', '@system-service'],
  ['SystemCallFilter', '~kill tkill tgkill pidfd_send_signal mq_open shmat shmctl'],
  ['SystemCallFilter', '~semop semtimedop semctl msgsnd msgrcv msgctl'],
];

/** All that a stranger sees of /etc. */
const strangerConfiguration = ['ld.so.cache', 'nsswitch.conf'].map((name) => `/etc/${name}`);

/** The settings of the transient unit. */
export function settingsOf(confinement: Confinement, own: readonly string[] = ownPlaces()): Settings {
  const { writable, readable = [], network = false, capabilities = [], isStranger = false } = confinement;
  const ofEtc = isStranger
    ? strangerConfiguration
    : [...own, ...configuration, ...(network ? ostreeKeys : [])];
  const seen = [...basics, ...ofEtc, ...(network ? netConfiguration : []), ...readable];
  const families = [...(isStranger ? [] : ['AF_UNIX']), ...(network ? ['AF_INET AF_INET6 AF_NETLINK'] : [])];
  return [
    ...(isStranger ? strangerRoot : emptyRoot),
    ['BindReadOnlyPaths', seen.map((path) => `-${path}`).join(' ')],
    ...(writable.length > 0 ? [['BindPaths', writable.join(' ')] as const] : []),
    ...(network ? [] : [['PrivateNetwork', 'yes'] as const]),
    ['NoNewPrivileges', 'yes'],
    ['RestrictAddressFamilies', families.join(' ') || 'none'],
    // Node tries system calls that it does not need.
    ['SystemCallErrorNumber', 'EPERM'],
    ['CapabilityBoundingSet', capabilities.join(' ')],
    ['Environment', 'LC_ALL=C.UTF-8'],
    ['WorkingDirectory', '/'],
    ['RuntimeMaxSec', confinement.timeLimit],
    // Killing is safe: everything we do is repeated if it was interrupted.
    ['KillSignal', 'SIGKILL'],
    ['MemoryMax', confinement.memory ?? '512M'],
    ['TasksMax', String(confinement.tasks ?? 64)],
    ['SyslogIdentifier', `ostree-guest-${confinement.name}`],
  ];
}
