import { type Guest, stateDirectory } from '../config/guest.ts';
import type { Setting } from './unit-text.ts';

/**
 * What keeps OSTree work on a guest away from the host (docs/design.md, "Isolation"): its own
 * /run/ostree, and nothing of the host writable but the guests' directory. That directory is one mount
 * for all guests, because link(2), by which guests share objects, never crosses mounts.
 */
export function isolation(guest: Pick<Guest, 'sysroot'>): Setting[] {
  return [
    ['TemporaryFileSystem', '/run/ostree'],
    ['ProtectSystem', 'strict'],
    // systemd 257 leaves /run writable where ProtectControlGroups= is set beside ProtectSystem=strict.
    ['ReadOnlyPaths', '/run'],
    ['ReadWritePaths', stateDirectory],
    // A mount of its own: such a guest shares no objects with others. The update service makes the directory.
    ...(isElsewhere(guest) ? [['ReadWritePaths', `-${guest.sysroot}`] as const] : []),
    ['InaccessiblePaths', '-/boot -/efi'],
    // Not "yes": a mirror may well be somewhere in a home directory.
    ['ProtectHome', 'read-only'],
    ['PrivateTmp', 'yes'],
    ['PrivateDevices', 'yes'],
    ['ProtectClock', 'yes'],
    ['ProtectControlGroups', 'yes'],
    ['ProtectHostname', 'yes'],
    ['ProtectKernelLogs', 'yes'],
    ['ProtectKernelModules', 'yes'],
    ['ProtectKernelTunables', 'yes'],
    ['LockPersonality', 'yes'],
    ['NoNewPrivileges', 'yes'],
    ['RestrictRealtime', 'yes'],
    ['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6 AF_NETLINK'],
    // Not killed: Node tries system calls (io_uring, memory protection keys) that it can do without.
    ['SystemCallErrorNumber', 'EPERM'],
  ];
}

export const isElsewhere = (guest: Pick<Guest, 'sysroot'>): boolean =>
  !guest.sysroot.startsWith(`${stateDirectory}/`);

/** What it takes to write a whole tree: owners, modes, file capabilities, labels, the immutable bit. */
export const capabilities: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_LINUX_IMMUTABLE',
  'CAP_SETFCAP',
  'CAP_MAC_ADMIN',
];
