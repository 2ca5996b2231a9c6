// lazy: QuickJS reads this file when one of its functions is called.
import { type Guest, managesItself } from '../../config/guest.ts';
import { mountArgument } from '../../config/mounts.ts';
import { wordsOf } from '../../config/split-words.ts';
import { execWord } from './exec-word.ts';
import { fuseOption } from './fuse.ts';
import {
  commonOptions,
  etcOf,
  hiddenSysroot,
  needless,
  networks,
  rootOf,
  runGuest,
  type View,
  variableOf,
} from './nspawn-options.ts';
import { credentialsOf, setCredentials } from './set-credentials.ts';

/** The options that boot a guest. */
export const guestOptions = (guest: Guest): string[] => [
  ...commonOptions(viewOf(guest)),
  ...otherOptions(guest, ownOptions(guest)),
];

/** The same as they are written in a unit; with more parameters for the guest's init system. */
export function ownCommand(guest: Guest, parameters: readonly string[] = []): string {
  const others = otherOptions(guest, ownOptions(guest), parameters).map(inUnit);
  const device = managesItself(guest) ? [fuseOption] : [];
  return [runGuest(guest.sysroot), ...commonOptions(viewOf(guest)), ...device, ...others].join(' ');
}

/** The names of credentials are from [Service]: systemd expands their specifiers here as it does there. */
const inUnit = (option: string): string =>
  option.startsWith('--load-credential=') ? execWord(option).replaceAll('%%', '%') : execWord(option);

function viewOf(guest: Guest): View {
  const { name, sysroot, machine } = guest;
  const { privateUsers: users } = machine;
  const mapped = users === 'no' ? '' : ':idmap';
  return {
    ...{ machine: name, root: rootOf(name), users, dropped: droppedOf(guest) },
    etc: `${etcOf(name)}${mapped}`,
    variable: `${variableOf(name, sysroot)}${mapped}`,
    sysroot: managesItself(guest) ? ownSysroot(guest) : hiddenSysroot,
    network: networks[machine.network],
  };
}

/** nspawn drops what is to be dropped even if it is named in --capability=, too. */
function droppedOf(guest: Pick<Guest, 'values'>): string {
  if (managesItself(guest)) return '';
  const wanted = wordsOf(guest.values.all('Exec', 'Capability')).flatMap((word) => word.split(/[\s,]+/));
  const isWanted = (name: string) =>
    wanted.some((one) => one === 'all' || `CAP_${one.toUpperCase().replace(/^CAP_/, '')}` === name);
  return needless.filter((name) => !isWanted(name)).join(',');
}

/** What the guest file says. */
const ownOptions = (guest: Guest): string[] => [
  ...(managesItself(guest) ? localRemote(guest) : []),
  ...guest.machine.options,
  ...guest.machine.networkOptions,
];

/** The options of a throwaway machine for a rehearsal: as confined, without a network, and nothing of the host writable. */
export const rehearsalOptions = (guest: Declared, view: RehearsalView): string[] => [
  `--hostname=${guest.name}`,
  ...commonOptions({
    ...{
      ...view,
      etc: `${view.etc}:/etc${view.users === 'no' ? '' : ':idmap'}`,
      variable: `${view.variable}:/var`,
    },
    ...{ dropped: droppedOf(guest), sysroot: hiddenSysroot, network: networks.private },
  }),
  ...view.places.map((place) => `--bind=${place}`),
  ...otherOptions(guest, guest.machine.options.flatMap(harmless)),
];

/** What is needed of a guest. */
type Declared = Pick<Guest, 'name' | 'machine' | 'values'>;

/** Where a rehearsal finds what it is made of. */
export interface RehearsalView {
  readonly machine: string;
  /** The candidate's root, and a copy-on-write view of /var with its owners mapped already. */
  readonly root: string;
  readonly variable: string;
  /** The candidate's /etc, mounted somewhere else than in its root. */
  readonly etc: string;
  /** What it has instead of the directories of its tree where people write, as --bind= takes it. */
  readonly places: readonly string[];
  /** UIDs as --private-users= takes them. */
  readonly users: string;
}

/** What a guest may write to on the host, its rehearsal may only read. */
function harmless(option: string): string[] {
  if (option.startsWith('--bind=')) return [option.replace('--bind=', '--bind-ro=')];
  if (option.startsWith('--overlay=')) return [option.replace('--overlay=', '--overlay-ro=')];
  return option.startsWith('--bind-user=') ? [] : [option];
}

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

function otherOptions(guest: Declared, own: readonly string[], more: readonly string[] = []): string[] {
  const { credentials, parameters } = guest.machine;
  const set = setCredentials(guest);
  const loaded = credentials.map(
    (id) => `--load-credential=${id}:${set.has(id) ? `${credentialsOf(guest.name)}/${id}` : id}`,
  );
  const ofInit = [...parameters, ...more];
  // What follows is the init system's, even if it begins with a dash.
  return [...own, ...loaded, ...(ofInit.length > 0 ? ['--', ...ofInit] : [])];
}
