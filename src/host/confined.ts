import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Guest, stateDirectory } from '../config/guest.ts';
import type { Finished, RunOptions } from './process.ts';
import { proxies } from './proxies.ts';
import { runAsService, type Settings } from './systemd-run.ts';

/**
 * What a confined command may see, write and take. All paths are absolute, and have neither blanks nor colons. Those that do
 * not exist are left out, but for `writable`: a command that cannot have these does not start.
 */
export interface Confinement {
  /** Names its unit: ostree-guest-NAME. Two of one name cannot run at the same time: end it with the guest's name or with our process id. */
  readonly name: string;
  /** Directories that it may write to; mostly `roomsOf(guest)`. */
  readonly writable: readonly string[];
  /** What it may read of the host beside /usr and a few files of /etc. */
  readonly readable?: readonly string[];
  /** The host's network; without it there is none. */
  readonly network?: boolean;
  /** The capabilities(7) that it keeps; none is the default. `treeCapabilities` are for trees of files. */
  readonly capabilities?: readonly string[];
  /** When it is ended: as systemd writes time spans. */
  readonly timeLimit: string;
  /** In bytes, as systemd writes them; `512M` is the default. What it writes to its /tmp is part of it only where that is in memory. */
  readonly memory?: string;
  /** How many processes and threads; 64 is the default. Node takes 11. */
  readonly tasks?: number;
}

/** What it takes to make, read and remove trees of any owner, mode, attribute and label. */
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

/** All directories that a guest has for itself. */
export const roomsOf = ({ name, sysroot }: Guest): string[] => {
  const own = `${stateDirectory}/${name}`;
  return sysroot.startsWith(`${own}/`) ? [own] : [own, sysroot];
};

/**
 * Runs a command that sees nothing of the host but what it is given: its root directory is an empty, read-only file system in
 * memory, with /usr in it. Links in a guest's tree that lead out of it lead nowhere there. For everything that walks trees or
 * reads files that a guest, an image or a package has made.
 *
 *     const { exitCode, stdout, stderr } = await runConfined(
 *       { name: `layout-${guest.name}`, writable: roomsOf(guest), capabilities: treeCapabilities, timeLimit: '30min' },
 *       ownProgram('lay-out', root),       // dist/lay-out.cjs: an entry point of build.mjs
 *       { input: JSON.stringify(task) },   // what it reads on its standard input
 *     );
 *
 * Any exit code is an answer; where systemd ended it, the last line of `stderr` says why. It ends with the service or the
 * guestctl that started it. It works from within the sandboxes of our services and on a terminal, and takes root. It starts
 * in 20 ms, and 100 ms more where it is Node.
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

/** The command line of one of our own programs, which is beside the one that runs: dist/NAME.cjs. */
export const ownProgram = (name: string, ...args: readonly string[]): string[] => [
  process.execPath,
  `${ownDirectory()}/${name}.cjs`,
  ...args,
];

const ownDirectory = (): string => dirname(realpathSync(process.argv[1] ?? ''));

/** Node and our programs where these are not in /usr. */
const ownPlaces = (): string[] =>
  [realpathSync(process.execPath), ownDirectory()].filter((path) => !path.startsWith('/usr/'));

/** What every program needs. On a host with a merged /usr the first ones are links, elsewhere directories: both work. */
const basics = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/usr'];

/** Files of /etc that programs need, and that are no secret: of the loader, of links to programs, names and labels. */
const configuration = [
  ...[
    'alternatives',
    'group',
    'ld.so.cache',
    'localtime',
    'login.defs',
    'nsswitch.conf',
    'passwd',
    'selinux',
  ],
].map((name) => `/etc/${name}`);

/** To find other machines, and to know that they are who they say. */
const netConfiguration = [
  ...['ca-certificates', 'crypto-policies', 'gai.conf', 'host.conf', 'hosts', 'pki', 'resolv.conf', 'ssl'],
  // The keys that hold for all remotes: ostree-sign(1).
  ...['trusted', 'revoked'].flatMap((kind) => [`ostree/${kind}.ed25519`, `ostree/${kind}.ed25519.d`]),
].map((name) => `/etc/${name}`);

/** A root directory of its own, empty but for /proc, /sys, /dev, /run and /tmp, and no way to the kernel or to other processes. */
export const emptyRoot: Settings = [
  ['TemporaryFileSystem', '/:ro'],
  ['MountAPIVFS', 'yes'],
  ['PrivateTmp', 'yes'],
  ['PrivateDevices', 'yes'],
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

/** The settings of the transient unit. */
export function settingsOf(confinement: Confinement, own: readonly string[] = ownPlaces()): Settings {
  const { writable, readable = [], network = false, capabilities = [] } = confinement;
  const seen = [...basics, ...configuration, ...(network ? netConfiguration : []), ...own, ...readable];
  const families = network ? 'AF_UNIX AF_INET AF_INET6 AF_NETLINK' : 'AF_UNIX';
  return [
    ...emptyRoot,
    ['BindReadOnlyPaths', seen.map((path) => `-${path}`).join(' ')],
    ...(writable.length > 0 ? [['BindPaths', writable.join(' ')] as const] : []),
    ...(network ? [] : [['PrivateNetwork', 'yes'] as const]),
    ['NoNewPrivileges', 'yes'],
    ['RestrictAddressFamilies', families],
    // Node tries system calls that it can do without.
    ['SystemCallErrorNumber', 'EPERM'],
    ['CapabilityBoundingSet', capabilities.join(' ')],
    ['Environment', 'LC_ALL=C.UTF-8'],
    ['WorkingDirectory', '/'],
    ['RuntimeMaxSec', confinement.timeLimit],
    // What it leaves half done is done again: all that we do survives being killed.
    ['KillSignal', 'SIGKILL'],
    ['MemoryMax', confinement.memory ?? '512M'],
    ['TasksMax', String(confinement.tasks ?? 64)],
    ['SyslogIdentifier', `ostree-guest-${confinement.name}`],
  ];
}
