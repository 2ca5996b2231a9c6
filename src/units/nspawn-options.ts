import { type Guest, managesItself } from '../config/guest.ts';
import { mountArgument } from '../config/mounts.ts';
import { execWord } from './exec-word.ts';

/** Options of systemd-nspawn(1). */
interface Options {
  /** Made of names and paths that have been checked to need no quotes in a unit: src/config/types.ts. */
  readonly plain: string[];
  /** With what else a guest file says. */
  readonly other: readonly string[];
}

/** The options that boot a guest. docs/design.md, "Booting", gives the reason for each. */
export const guestOptions = (guest: Guest): string[] => words(optionsOf(guest, none));

/** The same as they are written in a unit; with more parameters for the guest's init system. */
export function guestCommand(guest: Guest, parameters = none): string {
  const { plain, other } = optionsOf(guest, parameters);
  for (const word of other) plain.push(execWord(word));
  return `systemd-nspawn ${plain.join(' ')}`;
}

const words = ({ plain, other }: Options): string[] => plain.concat(other);

const none: readonly string[] = [];

function optionsOf(guest: Guest, parameters: readonly string[]): Options {
  const { name, sysroot, machine } = guest;
  const { privateUsers: users } = machine;
  const ownsSysroot = managesItself(guest);
  return nspawnOptions(machine, {
    sysroot: ownsSysroot ? ownSysroot(guest) : hiddenSysroot,
    parameters: joined(machine.parameters, parameters),
    machine: name,
    root: `/run/ostree-guests/${name}/root`,
    users,
    variable: `${sysroot}/ostree/deploy/${name}/var:/var${users === 'no' ? '' : ':idmap'}`,
    network: networks[machine.network],
    own: joined(ownsSysroot ? localRemote(guest) : none, joined(machine.options, machine.networkOptions)),
  });
}

/** Mostly one of them is empty. */
const joined = (one: readonly string[], other: readonly string[]): readonly string[] =>
  other.length === 0 ? one : one.length === 0 ? other : one.concat(other);

const networks = { veth: ['--network-veth'], private: ['--private-network'], host: none };

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
  ...words(
    nspawnOptions(machine, {
      ...{ ...view, variable: `${view.variable}:/var`, sysroot: hiddenSysroot },
      parameters: machine.parameters,
      network: networks.private,
      own: machine.options.flatMap(harmless),
    }),
  ),
];

/** What a guest may write to on the host, its rehearsal may only read. */
function harmless(option: string): string[] {
  if (option.startsWith('--bind=')) return [option.replace('--bind=', '--bind-ro=')];
  if (option.startsWith('--overlay=')) return [option.replace('--overlay=', '--overlay-ro=')];
  return option.startsWith('--bind-user=') ? [] : [option];
}

/** Hides the repository, and gives /tmp -> sysroot/tmp a place. */
const hiddenSysroot = ['--tmpfs=/sysroot:mode=755'];

/** What makes a guest a booted OSTree system: its sysroot, its boot list, and the sign of it. */
const ownSysroot = ({ name, sysroot }: Guest): string[] => [
  // Not the mounts below it, of which the root that it runs from is one.
  `--bind=${sysroot}:/sysroot:norbind`,
  `--bind=${sysroot}/boot:/boot`,
  `--bind-ro=/run/ostree-guests/${name}/ostree-booted:/run/ostree-booted`,
];

/** Where its updates are on this host, it needs to see them. */
function localRemote({ origin }: Guest): string[] {
  const remote = origin.kind === 'ostree' ? origin.remote : undefined;
  const local = [remote?.url.replace(/^file:\/\//, ''), remote?.gpgKeyPath, remote?.ed25519KeyPath];
  return local.flatMap((path) =>
    path?.startsWith('/') ? [`--bind-ro=${mountArgument('BindReadOnly', path)}`] : [],
  );
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

/**
 * What holds for every guest comes first: of two options that exclude each other, nspawn takes the last. Arrays are
 * joined with concat(), for which QuickJS takes a tenth of the time that it takes for spreading them.
 */
function nspawnOptions({ credentials }: Guest['machine'], parts: Parts): Options {
  const plain = [
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
    // Without it the guest could write to the repository's objects.
    '--bind-ro=+/usr:/usr',
    `--bind=${parts.variable}`,
    `--private-users=${parts.users}`,
  ];
  // Not "auto" or "chown": they may rewrite files that are hard links into the repository.
  if (parts.users !== 'no') plain.push('--private-users-ownership=map');
  return { plain: plain.concat(parts.sysroot, parts.network), other: otherOptions(credentials, parts) };
}

function otherOptions(credentials: readonly string[], { own, parameters }: Parts): readonly string[] {
  if (credentials.length === 0 && parameters.length === 0) return own;
  const loaded = credentials.map((id) => `--load-credential=${id}:${id}`);
  // What follows is the init system's, even if it begins with a dash.
  const separator = parameters.length > 0 ? ['--'] : [];
  return own.concat(loaded, separator, parameters);
}
