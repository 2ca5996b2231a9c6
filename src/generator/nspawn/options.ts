import type { Guest } from '../../config/guest.ts';
import { rootLinkOf, stateOf } from '../../config/paths.ts';

/** The directories, UIDs and capabilities of a machine. */
export interface View {
  readonly machine: string;
  readonly root: string;
  /** Arguments of --bind= for its /etc and /var; the rest of its root is read-only. */
  readonly etc: string;
  readonly var: string;
  /** UIDs as --private-users= takes them. */
  readonly users: string;
  /** The argument of --drop-capability=. */
  readonly dropped: string;
  /** Options for /sysroot, and for the network. */
  readonly sysroot: readonly string[];
  readonly network: readonly string[];
}

/** The directory where src/machine/nspawn/run-guest mounts the deployment's /etc, for the guest only. */
export const etcOf = (name: string): string => `${stateOf(name)}/etc:/etc`;
export const varBindOf = (name: string, sysroot: string): string =>
  `${sysroot}/ostree/deploy/${name}/var:/var`;

/** The command of a guest's unit: src/machine/nspawn/run-guest, in a mount namespace that shares mounts with the host. */
export const runGuest = (sysroot: string): string =>
  `unshare --mount --propagation=unchanged sh @LIBDIR@/run-guest %i ${sysroot}`;

/**
 * Capabilities that nspawn leaves and a booted system does not need. In a user namespace the kernel grants hardly any of these
 * anyway; without one they reach the host: DAC_READ_SEARCH opens files by handle, in directories that are not mounted.
 */
export const needless = ['DAC_READ_SEARCH', 'LEASE', 'LINUX_IMMUTABLE', 'MKNOD', 'NET_BROADCAST'].map(
  (name) => `CAP_${name}`,
);
const allNeedless = needless.join(',');

/** Hides the repository, and gives /tmp -> sysroot/tmp a place. */
export const hiddenSysroot = ['--tmpfs=/sysroot:mode=755'];

export const networks = { veth: ['--network-veth'], private: ['--private-network'], host: [] };

/**
 * Options for every guest come first: of two that exclude each other, nspawn takes the last. Made of names
 * and paths that have been checked to need no quotes in a unit: src/config/types.ts. docs/design.md, "Booting", gives the
 * reason for each.
 */
export function commonOptions(view: View): string[] {
  const options = [
    '--quiet',
    '--keep-unit',
    '--boot',
    '--notify-ready=yes',
    // The options below contain the admin's .nspawn file: nspawn would take its mounts or ours, never both.
    '--settings=no',
    `--machine=${view.machine}`,
    `--directory=${view.root}`,
    '--link-journal=no',
    '--timezone=off',
    // Files of a deployment are hard links to the repository's objects, which guests share.
    '--read-only',
    `--bind=${view.etc}`,
    `--bind=${view.var}`,
    `--private-users=${view.users}`,
  ];
  if (view.dropped !== '') options.push(`--drop-capability=${view.dropped}`);
  // Not "auto" or "chown": they may rewrite files that are hard links into the repository.
  if (view.users !== 'no') options.push('--private-users-ownership=map');
  // On QuickJS a loop takes a third of the time of concat().
  for (const option of view.sysroot) options.push(option);
  for (const option of view.network) options.push(option);
  return options;
}

/** The command of a guest with no key that has an effect on it. Needs no quotes. */
export const usualCommand = (guest: Guest): string =>
  `${runGuest(guest.sysroot)} ${commonOptions(usualView(guest)).join(' ')}`;

const usualView = ({ name, sysroot }: Guest): View => ({
  machine: name,
  root: rootLinkOf(name),
  users: 'pick',
  dropped: allNeedless,
  etc: `${etcOf(name)}:idmap`,
  var: `${varBindOf(name, sysroot)}:idmap`,
  sysroot: hiddenSysroot,
  network: networks.veth,
});
