import type { Setting, Values } from './values.ts';

/** A port of the host, and its destination: a setting of Port=. */
export interface Port {
  readonly setting: Setting;
  readonly protocol: string;
  /** The address of the host, IPv6 in brackets; undefined for all of them, by systemd-nspawn. */
  readonly address: string | undefined;
  readonly host: string;
  readonly guest: string;
}

/** Parses [tcp:|udp:][ADDRESS:]HOST-PORT[:GUEST-PORT]. */
function portOf(setting: Setting): Port {
  const [, protocol = 'tcp', address, host = '', guest = host] =
    /^(?:(tcp|udp):)?(?:([\d.]+\.[\d.]+|\[[^\]]*\]):)?(\d+)(?::(\d+))?$/.exec(setting.value) ?? [];
  return { setting, protocol, address, host, guest };
}

export const portsOf = (values: Values): Port[] => values.effective('Network', 'Port').map(portOf);

/** Returns the values for nspawn: without those of one address, and without duplicates, which it refuses. */
export function portsOfNspawn(values: Values): string[] {
  const ports = portsOf(values).filter(({ address }) => address === undefined);
  if (ports.length < 2) return ports.map(({ setting }) => setting.value);
  return [
    ...new Map(
      ports.map(({ protocol, host, guest, setting }) => [`${protocol}:${host}:${guest}`, setting.value]),
    ).values(),
  ];
}

/** A proxy: what it listens on, and the port of the guest that it forwards to. */
export interface PortProxy {
  /** Unique among the proxies of a guest: HOST-PORT_GUEST-PORT. */
  readonly name: string;
  /** As ListenStream= takes them. */
  readonly listens: readonly string[];
}

const loopback = '127.0.0.1';

/** Returns the proxies of a guest. nspawn forwards neither what comes from localhost nor a port of one address. */
export function proxiesOf(values: Values): PortProxy[] {
  const listens = new Map<string, Set<string>>();
  for (const { protocol, address = loopback, host, guest } of portsOf(values)) {
    if (protocol !== 'tcp') continue;
    const name = `${host}_${guest}`;
    listens.set(name, (listens.get(name) ?? new Set()).add(`${address}:${host}`));
  }
  return [...listens].map(([name, addresses]) => ({ name, listens: [...addresses] }));
}

/** Finds a port of the host with two destinations. */
export function twiceUsedPort(values: Values): { first: Setting; second: Setting } | undefined {
  const ports = portsOf(values);
  for (const [index, port] of ports.entries()) {
    const first = ports.slice(0, index).find((other) => overlap(other, port) && other.guest !== port.guest);
    if (first) return { first: first.setting, second: port.setting };
  }
  return undefined;
}

/** True if one connection could be for both. */
export const overlap = (a: Port, b: Port): boolean =>
  a.protocol === b.protocol &&
  a.host === b.host &&
  (a.address === undefined || b.address === undefined || a.address === b.address);
