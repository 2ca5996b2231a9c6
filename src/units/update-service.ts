import type { Guest } from '../config/guest.ts';
import { isElsewhere, isWritable, needsMount } from './elsewhere.ts';
import { onFailure } from './on-failure.ts';
import type { Parts } from './unit-text.ts';

/** Completes ostree-guest-update@.service of a guest that needs more than others. */
export function updateService(guest: Guest): Parts {
  const unit = onFailure(guest).slice();
  const service = isStored(guest) ? containersStorage.slice() : [];
  if (isImage(guest)) service.push(imagePrivileges);
  if (isElsewhere(guest)) {
    unit.push(needsMount(guest));
    service.push(makeSysroot(guest), isWritable(guest));
  }
  return { unit, service };
}

/** Outside of the sandbox, in which only what is there already can be made writable. src/ostree/protection.ts has the mode. */
const makeSysroot = (guest: Guest): string =>
  `ExecStartPre=+install -d -o root -g root -m 700 ${guest.sysroot}`;

const isImage = ({ values }: Guest): boolean => values.last('Guest', 'Image') !== undefined;
const isStored = ({ values }: Guest): boolean =>
  values.last('Guest', 'Image')?.startsWith('containers-storage:') ?? false;

/** ostree's own image support runs skopeo as nobody, with no capability at all. */
const imagePrivileges = 'CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_SETPCAP';

/** Reading from the storage that podman(1) and others share means locking it, and mounting layers in it. */
const containersStorage = [
  'ExecStartPre=+mkdir -p /run/containers /var/lib/containers',
  'ReadWritePaths=-/run/containers -/var/lib/containers',
  // Without this one it would try to get it in a user namespace.
  'PrivateDevices=no',
  'CapabilityBoundingSet=CAP_MKNOD',
];
