import { buildDirectory } from '../../config/build.ts';
import { type Guest, placeOf } from '../../config/guest.ts';
import { execWord } from './exec-word.ts';
import { isElsewhere, isSeen, needsMount } from './external-sysroot.ts';
import { onFailure } from './on-failure.ts';
import type { Parts } from './unit-text.ts';

/** Completes ostree-guest-update@.service of a guest that needs more than others. */
export function updateService(guest: Guest): Parts {
  const unit = onFailure(guest).slice();
  const { origin } = guest;
  const service = origin.kind === 'oci' ? imageLines(origin.image, guest.name) : [];
  if (origin.kind === 'build') service.push(...buildLines(origin.build));
  if (origin.kind === 'oci' || guest.packages) service.push(leftOver);
  const files = filesOf(guest);
  if (files.length > 0) service.push(`BindReadOnlyPaths=${files.map((file) => `-${file}`).join(' ')}`);
  if (isElsewhere(guest)) {
    unit.push(needsMount(guest));
    service.push(makeSysroot(guest), isSeen(guest));
  }
  return { unit, service };
}

/**
 * Removes what a run leaves that was killed while it worked on a tree: first what works, which systemd would end only after this
 * one. Not in the template: it takes a sandbox of its own, which would make each update of all guests slower.
 */
const leftOver = `ExecStopPost=-sh -c 'cd /var/lib/ostree-guests/%i || exit 0; [ -e image ] || [ -e layers ] || exit 0; \\
    for unit in tree layers; do systemctl kill --signal=KILL ostree-guest-$$unit-%i.service 2>/dev/null; done; \\
    for try in 1 2 3 4 5; do rm -rf --one-file-system image layers 2>/dev/null && break; sleep 1; done'`;

/** Only what exists can be bound into the sandbox, so another unit makes it before. The update tells what is wrong. */
const makeSysroot = (guest: Guest): string =>
  `ExecStartPre=sh @LIBDIR@/make-place %i ${guest.sysroot} ${execWord(placeOf(guest, 'Guest', 'Sysroot'))}`;

/** Files of the host that a guest file names, where the sandbox does not have them anyway. */
function filesOf({ packages, origin }: Guest): string[] {
  const { gpgKeyPath, ed25519KeyPath } = (origin.kind === 'ostree' && origin.remote) || {};
  const keys = [gpgKeyPath, ed25519KeyPath].filter((path) => path !== undefined);
  const ofPackages = packages ? [...packages.files, ...packages.repositories, ...packages.keys] : [];
  return [...keys, ...ofPackages].filter((file) => !/^\/(etc|usr)\/(?!local\/)/.test(file));
}

/** What a build has made, and says of it. The directory has to be there before it is made visible. */
const buildLines = (build: string): string[] => [
  `StateDirectory=ostree-guests/.builds/${build}`,
  `BindReadOnlyPaths=${buildDirectory(build)}`,
];

function imageLines(image: string, name: string): string[] {
  if (image.startsWith('containers-storage:')) return [imagePrivileges, ...containersStorage(name)];
  const path = /^oci:(\/[^:]+)/.exec(image)?.[1];
  return path === undefined ? [imagePrivileges, logins] : [imagePrivileges, `BindReadOnlyPaths=-${path}`];
}

/** ostree's own image support runs skopeo as nobody, with no capability at all. */
const imagePrivileges = 'CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_SETPCAP';

/** What root has logged in to: containers-auth.json(5). */
const logins = 'BindReadOnlyPaths=-/run/containers -/root/.config/containers -/root/.docker';

/** Reading from the storage that podman(1) and others share means locking it, and mounting layers in it. */
const containersStorage = (guest: string): string[] => [
  `ExecStartPre=systemd-run --quiet --wait --collect --unit=ostree-guest-place-${guest} mkdir -p /run/containers /var/lib/containers`,
  'BindPaths=-/run/containers -/var/lib/containers',
  // Without these it would try to get them in a user namespace.
  'PrivateDevices=no',
  'CapabilityBoundingSet=CAP_MKNOD CAP_SYS_ADMIN',
  'SystemCallFilter=@mount',
  'RestrictNamespaces=mnt',
];
