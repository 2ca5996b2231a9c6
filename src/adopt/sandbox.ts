import { stateDirectory } from '../config/guest.ts';

/**
 * What a guest is adopted in: the sandbox of its boot step, units/ostree-guest-boot@.service, where the reasons are. A
 * test compares the two.
 */
export const deployingSandbox: readonly (readonly [key: string, value: string])[] = [
  ['TemporaryFileSystem', '/run /run/ostree'],
  ['BindReadOnlyPaths', '/run/systemd /run/ostree-guests'],
  ['ProtectSystem', 'strict'],
  ['ReadOnlyPaths', '/run'],
  ['ReadWritePaths', stateDirectory],
  ['InaccessiblePaths', '-/boot -/efi'],
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
  ['SystemCallErrorNumber', 'EPERM'],
  ['RestrictNamespaces', 'yes'],
  ['PrivateNetwork', 'yes'],
  ['SystemCallFilter', '@system-service'],
  [
    'CapabilityBoundingSet',
    'CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_LINUX_IMMUTABLE CAP_SETFCAP CAP_MAC_ADMIN',
  ],
];
