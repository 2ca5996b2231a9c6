import type { Guest } from '../config/guest.ts';
import { isElsewhere, isWritable, needsMount } from './elsewhere.ts';
import { onFailure } from './on-failure.ts';
import type { Parts, Setting } from './unit-text.ts';

/** Completes ostree-guest-update@.service of a guest that needs more than others. */
export const updateService = (guest: Guest): Parts => ({
  unit: [...(isElsewhere(guest) ? [needsMount(guest)] : []), ...onFailure(guest)],
  service: [
    ...(isElsewhere(guest) ? [makeSysroot(guest), isWritable(guest)] : []),
    ...(isStored(guest) ? containersStorage : []),
  ],
});

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
