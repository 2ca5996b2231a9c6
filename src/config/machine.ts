import { type Container, containerOf } from './container.ts';
import type { Values } from './values.ts';

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

/** Most guests'. */
const plainContainer: Container = { options: [], networkOptions: [], parameters: [], network: 'veth' };

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
