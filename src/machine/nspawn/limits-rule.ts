// Judges whether the limits of the host are enough for the guests that are declared. Facts in, findings out.
import type { Finding } from '../finding.ts';

/** The limits of the host, and what is in use, also by guests that run. A limit is infinite if the host does not tell. */
export interface HostLimits {
  /** How many inotify instances root may have: inotify(7). */
  readonly inotifyInstances: number;
  /** How many it may have once the file of the package is applied; 0 without that file. */
  readonly inotifyOfPackage: number;
  /** How many user namespaces root may have: namespaces(7). */
  readonly userNamespaces: number;
  /** Pseudoterminals. Guests do not get the reserve: filesystems/devpts.rst of Linux. */
  readonly terminals: { readonly most: number; readonly reserve: number; readonly inUse: number };
  /** Processes and threads, and the parameter that limits them. */
  readonly tasks: { readonly parameter: string; readonly most: number; readonly inUse: number };
  /** Memory and swap that are free or can be freed, in bytes. */
  readonly memory: number;
}

export interface GuestCounts {
  readonly declared: number;
  /** Of these, those that do not run. */
  readonly down: number;
  /** Of these, those that have a user namespace. */
  readonly mapped: number;
}

/** One limit of the host, and what guests take of it. */
interface Limit {
  readonly check: string;
  /** The limit in words, with its value. */
  readonly is: string;
  /** What is left of it for these guests. */
  readonly left: number;
  /** What each guest takes of it. */
  readonly each: number;
  readonly guests: number;
  /** `down`: those that run are not counted, because what they take is not left. */
  readonly of: 'declared' | 'down';
  readonly remedy: string;
}

const megabyte = 1 << 20;

/**
 * What a small guest takes while two people are logged in, measured on Debian 13: 6 to 12 tasks, 7 to 10 inotify instances,
 * 1 to 3 terminals, 11 to 19 MiB. It has one user namespace. Before Linux 6.8, each of its ID-mapped mounts keeps another one:
 * its root, /etc and /var. A guest that works takes more, so that these limits are reached later than they are in truth.
 */
const guest = { inotify: 10, userNamespaces: 4, terminals: 3, tasks: 12, memory: 20 * megabyte };

/** What root of the host takes itself, at most [T: 6 to 50 inotify instances, no user namespaces]. */
const host = { inotify: 50, userNamespaces: 10 };

export const limitFindings = (limits: HostLimits, guests: GuestCounts): Finding[] => [
  ...userNamespaces(limits, guests),
  ...[inotify, terminals, tasks, memory].flatMap((row) => shortage(row(limits, guests))),
];

/** Finds a limit that is too low for these guests. */
function shortage({ check, is, left, each, guests, of, remedy }: Limit): Finding[] {
  const room = Math.max(0, Math.floor(left / each));
  if (guests <= room) return [];
  const whose = of === 'down' ? 'declared guests that do not run' : 'declared guests';
  const message = `${is}, enough for about ${room} of ${guests} ${whose}`;
  return [{ check, state: 'warning', message, remedy }];
}

/** All guests count as the host's root, whatever their user namespace. */
function inotify({ inotifyInstances, inotifyOfPackage }: HostLimits, { declared }: GuestCounts): Limit {
  const parameter = 'fs.inotify.max_user_instances';
  const needed = host.inotify + guest.inotify * declared;
  return {
    check: 'inotify',
    is: `${parameter} is ${inotifyInstances}`,
    left: inotifyInstances - host.inotify,
    each: guest.inotify,
    guests: declared,
    of: 'declared',
    remedy: inotifyOfPackage >= needed ? apply : raise(parameter, needed),
  };
}

function userNamespaces({ userNamespaces: most }: HostLimits, { mapped }: GuestCounts): Finding[] {
  const check = 'user namespaces';
  const parameter = 'user.max_user_namespaces';
  const needed = host.userNamespaces + guest.userNamespaces * mapped;
  const remedy = raise(parameter, needed);
  if (most === 0) return [{ check, state: 'bad', message: 'The kernel allows none', remedy }];
  const found = shortage({
    check,
    is: `${parameter} is ${most}`,
    left: most - host.userNamespaces,
    each: guest.userNamespaces,
    guests: mapped,
    of: 'declared',
    remedy,
  });
  return found.length > 0 ? found : [{ check, state: 'good', message: 'allowed' }];
}

const terminals = ({ terminals: { most, reserve, inUse } }: HostLimits, { down }: GuestCounts): Limit => ({
  check: 'terminals',
  is: `kernel.pty.max is ${most}, of which ${reserve} are reserved for the host and ${inUse} are in use`,
  left: most - reserve - inUse,
  each: guest.terminals,
  guests: down,
  of: 'down',
  remedy: raise('kernel.pty.max', reserve + inUse + guest.terminals * down),
});

const tasks = ({ tasks: { parameter, most, inUse } }: HostLimits, { down }: GuestCounts): Limit => ({
  check: 'tasks',
  is: `${parameter} is ${most}, and ${inUse} processes and threads run`,
  left: most - inUse,
  each: guest.tasks,
  guests: down,
  of: 'down',
  remedy: raise(parameter, inUse + guest.tasks * down),
});

const memory = ({ memory: left }: HostLimits, { down }: GuestCounts): Limit => ({
  check: 'memory',
  is: `${Math.floor(left / megabyte)} MiB of memory and swap are left`,
  left,
  each: guest.memory,
  guests: down,
  of: 'down',
  remedy:
    'Add memory or swap before you start all of them. guestctl status NAME shows what a guest takes that runs',
});

/** The package was installed, and the host was not booted since: dpkg applies no such file. */
const apply =
  'Run: sysctl --system. It applies the file of this package, /usr/lib/sysctl.d/50-ostree-guests.conf. If nothing changes, a file in /etc/sysctl.d sets less';

/** Sets twice as much as is needed. */
function raise(parameter: string, needed: number): string {
  const value = 2 ** Math.ceil(Math.log2(2 * needed));
  return `Write ${parameter} = ${value} into /etc/sysctl.d/60-guests.conf, then run: sysctl --system`;
}
