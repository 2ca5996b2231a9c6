// lazy: QuickJS reads this file when one of its functions is called.
import { type ContainerSettings, containerOf } from './container.ts';
import type { PortProxy } from './ports.ts';
import { isFalse } from './types.ts';
import type { Values } from './values.ts';

/** The settings of the guest's container: [Exec], [Files] and [Network]. */
export interface MachineSettings {
  /** Options of systemd-nspawn(1), each one argument; those of [Network] apart. */
  readonly options: readonly string[];
  readonly networkOptions: readonly string[];
  /** Arguments of the guest's init system. */
  readonly parameters: readonly string[];
  /** `pick`, a range of UIDs, or `no` user namespace at all. */
  readonly privateUsers: string;
  /** `veth`: of its own, linked to the host; `private`: without that link; `host`: the host's. */
  readonly network: 'veth' | 'private' | 'host';
  /** True if its link to the host gets an address from the host's systemd-networkd. */
  readonly usesNetworkd: boolean;
  /** Ports that a proxy of the host forwards to it. */
  readonly proxies: readonly PortProxy[];
  /** The names of its unit's credentials, which nspawn passes on. */
  readonly credentials: readonly string[];
}

export function machineOf(values: Values): MachineSettings {
  const isPlain = !values.has('Exec') && !values.has('Files') && !values.has('Network');
  return {
    ...(isPlain ? plainContainer : containerOf(values)),
    privateUsers: privateUsersOf(values),
    credentials: credentialsOf(values),
  };
}

/** Normalizes booleans to one word. */
function privateUsersOf(values: Values): string {
  const users = values.last('Exec', 'PrivateUsers');
  if (users !== undefined) return isFalse(users) ? 'no' : users;
  return values.last('Update', 'By') === 'rpm-ostree' ? 'no' : 'pick';
}

/** The container of most guests. */
const plainContainer: ContainerSettings = {
  options: [],
  networkOptions: [],
  parameters: [],
  proxies: [],
  network: 'veth',
  usesNetworkd: true,
};

/**
 * Returns the names of the unit's credentials. An empty assignment resets both loading keys, or both setting keys
 * (config_parse_load_credential(), config_parse_set_credential()). systemd expands specifiers in them.
 */
function credentialsOf(values: Values): string[] {
  const kept = { Load: new Set<string>(), Set: new Set<string>() };
  for (const { key, value } of values.in('Service')) {
    const [, how] = /^(Load|Set)Credential(?:Encrypted)?$/.exec(key) ?? [];
    if (how !== 'Load' && how !== 'Set') continue;
    if (value === '') kept[how].clear();
    else kept[how].add(value.replace(/:.*/s, ''));
  }
  return [...new Set([...kept.Load, ...kept.Set])];
}
