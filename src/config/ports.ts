import type { Setting, Values } from './values.ts';

/** A port of the host, and its destination. */
interface Port {
  readonly setting: Setting;
  readonly host: string;
  readonly guest: string;
}

/** [tcp:|udp:]HOST-PORT[:GUEST-PORT] */
function portOf(setting: Setting): Port {
  const [, protocol = 'tcp', host = '', guest = host] =
    /^(?:(tcp|udp):)?(\d+)(?::(\d+))?$/.exec(setting.value) ?? [];
  return { setting, host: `${protocol}:${host}`, guest };
}

/** Returns the ports without duplicates, which nspawn refuses. */
export function portsOf(values: Values): string[] {
  const all = values.effective('Network', 'Port');
  if (all.length < 2) return all.map(({ value }) => value);
  const ports = all.map(portOf);
  return [...new Map(ports.map((port) => [`${port.host}:${port.guest}`, port.setting.value])).values()];
}

/** Finds a port of the host with two destinations. */
export function twiceUsedPort(values: Values): { first: Setting; second: Setting } | undefined {
  const all = values.effective('Network', 'Port');
  if (all.length < 2) return undefined;
  const ports = all.map(portOf);
  for (const [index, port] of ports.entries()) {
    const first = ports.slice(0, index).find(({ host, guest }) => host === port.host && guest !== port.guest);
    if (first) return { first: first.setting, second: port.setting };
  }
  return undefined;
}
