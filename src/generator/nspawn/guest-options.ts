// lazy: QuickJS reads this file when one of its functions is called.

import { type Guest, managesItself } from '../../config/guest.ts';
import { mountArgument } from '../../config/mounts.ts';
import { filesOfRemote } from '../../config/origin.ts';
import { rootLinkOf, runtimeOf } from '../../config/paths.ts';
import { wordsOf } from '../../config/split-words.ts';
import { execWord } from '../units/exec-word.ts';
import { credentialsOf, setCredentials } from '../units/set-credentials.ts';
import { fuse } from './fuse.ts';
import {
  commonOptions,
  etcOf,
  hiddenSysroot,
  needless,
  networks,
  runGuest,
  type View,
  varBindOf,
} from './options.ts';

/** Returns the nspawn options that boot a guest. */
export const guestOptions = (guest: Guest): string[] => [
  ...commonOptions(viewOf(guest)),
  ...otherOptions(guest, ownOptions(guest)),
];

/** Returns these options quoted for a unit, with additional parameters for the guest's init system. */
export function ownCommand(guest: Guest, parameters: readonly string[] = []): string {
  const others = otherOptions(guest, ownOptions(guest), parameters).map(inUnit);
  const device = managesItself(guest) ? [fuse.option] : [];
  return [runGuest(guest.sysroot), ...commonOptions(viewOf(guest)), ...device, ...others].join(' ');
}

/** Returns lines of [Service] that bring /dev/fuse into a guest. */
export const fuseLines = (): readonly string[] => fuse.lines;

/** Quotes an option. Names of credentials keep their specifiers, which systemd expands as in [Service]. */
const inUnit = (option: string): string =>
  option.startsWith('--load-credential=') ? execWord(option).replaceAll('%%', '%') : execWord(option);

function viewOf(guest: Guest): View {
  const { name, sysroot, machine } = guest;
  const { privateUsers: users } = machine;
  const mapped = users === 'no' ? '' : ':idmap';
  return {
    machine: name,
    root: rootLinkOf(name),
    users,
    dropped: droppedOf(guest),
    etc: `${etcOf(name)}${mapped}`,
    var: `${varBindOf(name, sysroot)}${mapped}`,
    sysroot: managesItself(guest) ? ownSysroot(guest) : hiddenSysroot,
    network: networks[machine.network],
  };
}

/** Returns the capabilities to drop; nspawn drops them even if --capability= names them. */
function droppedOf(guest: Pick<Guest, 'values'>): string {
  if (managesItself(guest)) return '';
  const wanted = wordsOf(guest.values.all('Exec', 'Capability')).flatMap((word) => word.split(/[\s,]+/));
  const isWanted = (name: string) =>
    wanted.some((one) => one === 'all' || `CAP_${one.toUpperCase().replace(/^CAP_/, '')}` === name);
  return needless.filter((name) => !isWanted(name)).join(',');
}

/** Returns the options that the guest file sets. */
const ownOptions = (guest: Guest): string[] => [
  ...(managesItself(guest) ? localRemote(guest) : []),
  ...guest.machine.options,
  ...guest.machine.networkOptions,
];

/** Returns the options of a rehearsal: as confined as the guest, without a network, with the host read-only. */
export const rehearsalOptions = (guest: GuestSettings, view: RehearsalView): string[] => [
  `--hostname=${guest.name}`,
  ...commonOptions({
    ...view,
    etc: `${view.etc}:/etc${view.users === 'no' ? '' : ':idmap'}`,
    var: `${view.var}:/var`,
    dropped: droppedOf(guest),
    sysroot: hiddenSysroot,
    network: networks.private,
  }),
  ...view.places.map((place) => `--bind=${place}`),
  ...otherOptions(guest, guest.machine.options.flatMap(harmless)),
];

/** The part of a guest that options depend on. */
type GuestSettings = Pick<Guest, 'name' | 'machine' | 'values'>;

/** The directories and UIDs of a rehearsal. */
export interface RehearsalView {
  readonly machine: string;
  /** The root of the candidate, and a copy-on-write view of /var with mapped owners. */
  readonly root: string;
  readonly var: string;
  /** The /etc of the candidate, mounted outside of its root. */
  readonly etc: string;
  /** Arguments of --bind= for the writable places. */
  readonly places: readonly string[];
  /** UIDs as --private-users= takes them. */
  readonly users: string;
}

/** Makes an option read-only: a rehearsal may not write to the host. */
function harmless(option: string): string[] {
  if (option.startsWith('--bind=')) return [option.replace('--bind=', '--bind-ro=')];
  if (option.startsWith('--overlay=')) return [option.replace('--overlay=', '--overlay-ro=')];
  return option.startsWith('--bind-user=') ? [] : [option];
}

/** Options that make a guest a booted OSTree system: its sysroot, its boot list, and /run/ostree-booted. */
const ownSysroot = ({ name, sysroot }: Guest): string[] => [
  // norbind: without the mounts below, one of which is its root.
  `--bind=${sysroot}:/sysroot:norbind`,
  `--bind=${sysroot}/boot:/boot`,
  `--bind-ro=${runtimeOf(name)}/ostree-booted:/run/ostree-booted`,
];

/** Binds the directory of a local remote. */
function localRemote({ origin }: Guest): string[] {
  const remote = origin.kind === 'ostree' ? origin.remote : undefined;
  const local = remote ? [remote.url.replace(/^file:\/\//, ''), ...filesOfRemote(remote)] : [];
  return local.flatMap((path) =>
    path.startsWith('/') ? [`--bind-ro=${mountArgument('BindReadOnly', path)}`] : [],
  );
}

function otherOptions(guest: GuestSettings, own: readonly string[], more: readonly string[] = []): string[] {
  const { credentials, parameters } = guest.machine;
  const set = setCredentials(guest);
  const loaded = credentials.map(
    (id) => `--load-credential=${id}:${set.has(id) ? `${credentialsOf(guest.name)}/${id}` : id}`,
  );
  const ofInit = [...parameters, ...more];
  // The parameters of the init system may begin with a dash.
  return [...own, ...loaded, ...(ofInit.length > 0 ? ['--', ...ofInit] : [])];
}
