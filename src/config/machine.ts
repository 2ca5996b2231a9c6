import { isMount, mountArgument } from './mounts.ts';
import { guestVocabulary, type Key } from './schema.ts';
import { isTrue } from './types.ts';
import { Values } from './values.ts';
import { wordsOf } from './words.ts';

/** How the guest's container differs from the others: what [Exec], [Files] and [Network] say. */
export interface Machine {
  /** Options of systemd-nspawn(1), each one argument; those of [Network] apart. */
  readonly options: readonly string[];
  readonly networkOptions: readonly string[];
  /** Arguments of the guest's init system. */
  readonly parameters: readonly string[];
  /** `pick`, a range of UIDs, or `no` user namespace at all. */
  readonly privateUsers: string;
  /** `veth`: of its own, linked to the host; `private`: without that link; `host`: the host's. */
  readonly network: 'veth' | 'private' | 'host';
  /** The credentials that its unit has, to be handed on. */
  readonly credentials: readonly string[];
}

export function machineOf(values: Values): Machine {
  const isPlain = !values.has('Exec') && !values.has('Files') && !values.has('Network');
  return {
    ...(isPlain ? plainContainer : containerOf(values)),
    privateUsers:
      values.last('Exec', 'PrivateUsers') ?? (values.last('Update', 'By') === 'rpm-ostree' ? 'no' : 'pick'),
    credentials: credentialsOf(values),
  };
}

type Container = Pick<Machine, 'options' | 'networkOptions' | 'parameters' | 'network'>;

function containerOf(values: Values): Container {
  const isOn = (key: string) => isTrue(values.last('Network', key) ?? 'yes');
  const link = isOn('VirtualEthernet') ? 'veth' : 'private';
  const optionsIn = (...sections: readonly string[]) =>
    sections
      .filter((section) => values.has(section))
      .flatMap((section) => guestVocabulary.in(section))
      .flatMap((key) => optionsOf(key, values.all(key.section, key.name)));
  return {
    options: optionsIn('Exec', 'Files'),
    networkOptions: optionsIn('Network'),
    parameters: wordsOf(values.all('Exec', 'Parameters')),
    network: isOn('Private') ? link : 'host',
  };
}

/** Most guests'. */
const plainContainer = containerOf(new Values([]));

function credentialsOf(values: Values): string[] {
  if (!values.in('Service').some(({ key }) => credentialKeys.includes(key))) return [];
  const credentials = credentialKeys.flatMap((key) => values.all('Service', key));
  return [...new Set(credentials.map((value) => value.replace(/:.*/s, '')))];
}

const credentialKeys = [
  'LoadCredential',
  'LoadCredentialEncrypted',
  'SetCredential',
  'SetCredentialEncrypted',
];

function optionsOf({ name, nspawn }: Key, values: readonly string[]): string[] {
  if (!nspawn?.option || values.length === 0) return [];
  const option = (value: string) => `${nspawn.option}=${value}`;
  switch (nspawn.takes) {
    case 'last':
      return values.slice(-1).map(option);
    case 'each':
      return values.map((value) => option(isMount(name) ? mountArgument(name, value) : value));
    case 'words':
      return wordsOf(values).map(option);
    case 'joined':
      return [option(wordsOf(values).join(','))];
  }
}
