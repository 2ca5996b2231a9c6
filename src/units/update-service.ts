import type { Guest } from '../config/guest.ts';
import { capabilities, isElsewhere, isolation } from './isolation.ts';
import { onFailure } from './on-failure.ts';
import { literal, type Setting, unitText } from './unit-text.ts';

/** Completes ostree-guest-update@.service. */
export function updateService(guest: Guest): string {
  return unitText([
    [
      'Unit',
      [
        ['Description', `Update of ${literal(guest.description)}`],
        ['SourcePath', guest.file],
        ['RequiresMountsFor', guest.sysroot],
        ...onFailure(guest),
      ],
    ],
    [
      'Service',
      [
        ...isolation(guest),
        ...privileges,
        ...(isElsewhere(guest) ? [makeSysroot(guest)] : []),
        ...(isStored(guest) ? containersStorage : []),
      ],
    ],
  ]);
}

/** On a booted OSTree host, ostree makes a mount namespace before it touches a sysroot. */
const privileges: Setting[] = [
  ['RestrictNamespaces', 'mnt'],
  ['SystemCallFilter', '@system-service @mount'],
  ['CapabilityBoundingSet', ['CAP_SYS_ADMIN', ...capabilities].join(' ')],
];

/** Outside of the sandbox, in which only what is there already can be made writable. */
const makeSysroot = (guest: Guest): Setting => ['ExecStartPre', `+mkdir -p ${guest.sysroot}`];

const isStored = ({ origin }: Guest): boolean =>
  origin.kind === 'oci' && origin.image.startsWith('containers-storage:');

/** Reading from the storage that podman(1) and others share means locking it, and mounting layers in it. */
const containersStorage: Setting[] = [
  ['ExecStartPre', '+mkdir -p /run/containers /var/lib/containers'],
  ['ReadWritePaths', '-/run/containers -/var/lib/containers'],
  // Without this one it would try to get it in a user namespace.
  ['PrivateDevices', 'no'],
  ['CapabilityBoundingSet', 'CAP_MKNOD'],
];
