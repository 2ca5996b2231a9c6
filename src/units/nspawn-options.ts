import type { Guest } from '../config/guest.ts';
import { mountArgument } from '../config/mounts.ts';

/** Options of systemd-nspawn(1) that boot a guest. docs/design.md, "Booting", gives the reason for each. */
export function guestOptions(guest: Guest, parameters: readonly string[] = []): string[] {
  const { name, sysroot, machine, update } = guest;
  const { privateUsers: users } = machine;
  return nspawnOptions(machine, {
    sysroot: update.by === 'rpm-ostree' ? ownSysroot(guest) : [hiddenSysroot],
    parameters: [...machine.parameters, ...parameters],
    ...{ machine: name, root: `/run/ostree-guests/${name}/root`, users },
    variable: `${sysroot}/ostree/deploy/${name}/var:/var${users === 'no' ? '' : ':idmap'}`,
    network: { veth: ['--network-veth'], private: ['--private-network'], host: [] }[machine.network],
    own: [...machine.options, ...machine.networkOptions],
  });
}

/** Where a rehearsal finds what it is made of. */
export interface View {
  readonly machine: string;
  /** The candidate's root, and a copy-on-write view of /var with its owners mapped already. */
  readonly root: string;
  readonly variable: string;
  /** UIDs as --private-users= takes them. */
  readonly users: string;
}

/** The same for a throwaway machine: as confined, without a network, and nothing of the host writable. */
export const rehearsalOptions = ({ name, machine }: Guest, view: View): string[] => [
  `--hostname=${name}`,
  ...nspawnOptions(machine, {
    ...{ ...view, variable: `${view.variable}:/var`, sysroot: [hiddenSysroot] },
    parameters: machine.parameters,
    network: ['--private-network'],
    own: machine.options.flatMap(harmless),
  }),
];

/** What a guest may write to on the host, its rehearsal may only read. */
function harmless(option: string): string[] {
  if (option.startsWith('--bind=')) return [option.replace('--bind=', '--bind-ro=')];
  if (option.startsWith('--overlay=')) return [option.replace('--overlay=', '--overlay-ro=')];
  return option.startsWith('--bind-user=') ? [] : [option];
}

/** Hides the repository, and gives /tmp -> sysroot/tmp a place. */
const hiddenSysroot = '--tmpfs=/sysroot:mode=755';

/** What makes a guest a booted OSTree system: its sysroot, its boot list, and the sign of it. */
function ownSysroot({ name, sysroot, origin }: Guest): string[] {
  const remote = origin.kind === 'ostree' ? origin.remote : undefined;
  // Where its updates are on this host, it needs to see them.
  const local = [remote?.url.replace(/^file:\/\//, ''), remote?.gpgKeyPath, remote?.ed25519KeyPath];
  return [
    // Not the mounts below it, of which the root that it runs from is one.
    `--bind=${sysroot}:/sysroot:norbind`,
    `--bind=${sysroot}/boot:/boot`,
    `--bind-ro=/run/ostree-guests/${name}/ostree-booted:/run/ostree-booted`,
    ...local.flatMap((path) =>
      path?.startsWith('/') ? [`--bind-ro=${mountArgument('BindReadOnly', path)}`] : [],
    ),
  ];
}

interface Parts extends View {
  /** What is at /sysroot. */
  readonly sysroot: readonly string[];
  /** Of the init system. */
  readonly parameters: readonly string[];
  readonly network: readonly string[];
  /** What the guest file says. */
  readonly own: readonly string[];
}

/** What holds for every guest first: of two options that exclude each other, nspawn takes the last. */
function nspawnOptions({ credentials }: Guest['machine'], parts: Parts): string[] {
  return [
    '--quiet',
    '--keep-unit',
    '--boot',
    '--notify-ready=yes',
    // An admin's .nspawn file is in the options below: nspawn would take its mounts or ours, never both.
    '--settings=no',
    `--machine=${parts.machine}`,
    `--directory=${parts.root}`,
    '--link-journal=no',
    '--timezone=off',
    `--private-users=${parts.users}`,
    // Not "auto" or "chown": they may rewrite files that are hard links into the repository.
    ...(parts.users === 'no' ? [] : ['--private-users-ownership=map']),
    // Without it the guest could write to the repository's objects.
    '--bind-ro=+/usr:/usr',
    `--bind=${parts.variable}`,
    ...parts.sysroot,
    ...parts.network,
    ...parts.own,
    ...credentials.map((id) => `--load-credential=${id}:${id}`),
    // What follows is the init system's, even if it begins with a dash.
    ...(parts.parameters.length > 0 ? ['--', ...parts.parameters] : []),
  ];
}
