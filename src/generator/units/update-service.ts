import { buildDirectory } from '../../config/build.ts';
import { type Guest, placeOf } from '../../config/guest.ts';
import { filesOfRemote } from '../../config/origin.ts';
import { filesOfPackages } from '../../config/packages.ts';
import { execWord } from './exec-word.ts';
import { bindSysroot, hasExternalSysroot, requireSysrootMount } from './external-sysroot.ts';
import { onFailure } from './on-failure.ts';
import type { Parts } from './unit-text.ts';

/** Completes ostree-guest-update@.service. */
export function updateService(guest: Guest): Parts {
  const unit = onFailure(guest).slice();
  const { origin } = guest;
  const service = origin.kind === 'oci' ? imageLines(origin.image, guest.name) : [];
  if (origin.kind === 'build') service.push(...buildLines(origin.build));
  if (origin.kind === 'oci' || guest.packages) unit.push(tidy);
  const files = filesOf(guest);
  if (files.length > 0) service.push(`BindReadOnlyPaths=${files.map((file) => `-${file}`).join(' ')}`);
  if (hasExternalSysroot(guest)) {
    unit.push(requireSysrootMount(guest));
    service.push(makeSysroot(guest), bindSysroot(guest));
  }
  return { unit, service };
}

/** Removes what a run leaves that is killed while it works on a tree. Not in the template, because systemd loads one for each guest. */
const tidy = 'OnFailure=ostree-guest-tidy@%i.service';

/** Creates the sysroot before the sandbox is set up, which can bind only existing directories. The update reports failures. */
const makeSysroot = (guest: Guest): string =>
  `ExecStartPre=sh @LIBDIR@/make-place %i ${guest.sysroot} ${execWord(placeOf(guest, 'Guest', 'Sysroot'))}`;

/** Returns files that the guest file names and the sandbox does not have. */
function filesOf({ packages, origin }: Guest): string[] {
  const remote = origin.kind === 'ostree' ? origin.remote : undefined;
  const keys = remote ? filesOfRemote(remote) : [];
  const ofPackages = packages ? filesOfPackages(packages) : [];
  return [...keys, ...ofPackages].filter((file) => !/^\/(etc|usr)\/(?!local\/)/.test(file));
}

/** Shows the directory of a build to the update. It must exist before it is bound. */
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

/** The registry logins of root: containers-auth.json(5). */
const logins = 'BindReadOnlyPaths=-/run/containers -/root/.config/containers -/root/.docker';

/** Reading the storage of podman(1) and others means locking it, and mounting layers in it. */
const containersStorage = (guest: string): string[] => [
  `ExecStartPre=systemd-run --quiet --wait --collect --unit=ostree-guest-place-${guest} mkdir -p /run/containers /var/lib/containers`,
  'BindPaths=-/run/containers -/var/lib/containers',
  // Else it would try to get them in a user namespace.
  'PrivateDevices=no',
  'CapabilityBoundingSet=CAP_MKNOD CAP_SYS_ADMIN',
  'SystemCallFilter=@mount',
  'RestrictNamespaces=mnt',
];
