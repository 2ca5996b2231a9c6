// lazy: QuickJS reads this file when one of its functions is called.
import type { KeyRow, NspawnOption } from './key-table.ts';
import type { MachineSettings } from './machine-settings.ts';
import { isMount, mountArgument } from './mounts.ts';
import { portsOfNspawn, proxiesOf } from './ports.ts';
import { splitQuoted, wordsOf } from './split-words.ts';
import { nspawnTables } from './tables.ts';
import { isTrue, type ValueType } from './types.ts';
import type { Values } from './values.ts';

/** The settings of [Exec], [Files] and [Network]. */
export type ContainerSettings = Pick<
  MachineSettings,
  'options' | 'networkOptions' | 'parameters' | 'network' | 'proxies' | 'usesNetworkd'
>;

export function containerOf(values: Values): ContainerSettings {
  const optionsIn = (...sections: readonly string[]) =>
    sections
      .filter((section) => values.has(section))
      .flatMap((section) =>
        (nspawnTables[section]?.() ?? []).flatMap((row) => optionsOf(row, section, values)),
      );
  return {
    options: optionsIn('Exec', 'Files'),
    networkOptions: optionsIn('Network'),
    parameters: wordsOf(values.all('Exec', 'Parameters'), splitQuoted),
    network: networkOf(values),
    usesNetworkd: networkOf(values) === 'veth' && values.last('Network', 'Bridge') === undefined,
    proxies: values.has('Network') ? proxiesOf(values) : [],
  };
}

/**
 * Follows nspawn (settings_private_network(), settings_network_veth() and merge_settings() in its sources): any key except
 * Port= replaces the default link, and a missing key means no.
 */
export function networkOf(values: Values): MachineSettings['network'] {
  if (!values.has('Network')) return 'veth';
  const found = new Map<string, string>();
  for (const { key, value } of values.in('Network')) {
    if (value === '') found.delete(key);
    else found.set(key, value);
  }
  const has = (...keys: readonly string[]) => keys.some((key) => found.has(key));
  const isOn = (key: string) => isTrue(found.get(key) ?? 'no');
  if (isOn('VirtualEthernet') || has('Bridge', 'Zone')) return 'veth';
  if (isOn('Private') || has('Interface', 'MACVLAN', 'IPVLAN', 'VirtualEthernetExtra')) return 'private';
  return has('Private', 'VirtualEthernet', 'NamespacePath') ? 'host' : 'veth';
}

/** Returns the options for the keys of a row that the guest sets. */
const optionsOf = ([type, names, , nspawn]: KeyRow, section: string, values: Values): string[] =>
  !nspawn?.option
    ? []
    : names.flatMap((name) => {
        const given = name === 'Port' ? portsOfNspawn(values) : values.all(section, name);
        return given.length === 0 ? [] : optionOf(name, given, nspawn, type);
      });

function optionOf(name: string, values: readonly string[], nspawn: NspawnOption, type: ValueType): string[] {
  const option = (value: string) => `${nspawn.option}=${value}`;
  switch (nspawn.takes) {
    case 'last':
      return values.slice(-1).map(option);
    case 'each':
      return values.map((value) => option(isMount(name) ? mountArgument(name, value) : value));
    case 'words':
      return wordsOf(values, type.split).map(option);
    case 'joined':
      return [option(wordsOf(values, type.split).join(','))];
  }
}
