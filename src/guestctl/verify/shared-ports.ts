import type { Guest } from '../../config/guest.ts';
import { overlap, type Port, portsOf } from '../../config/ports.ts';
import type { Problem } from '../../config/problem.ts';

/** Which guests forward a port of the host, by its number. */
export type PortUses = ReadonlyMap<string, readonly { readonly guest: string; readonly port: Port }[]>;

/** Reads the ports of all guests once, so that not every guest is compared with every other. */
export function portUses(guests: readonly Guest[]): PortUses {
  const uses = new Map<string, { guest: string; port: Port }[]>();
  for (const { name, values } of guests)
    for (const port of portsOf(values)) {
      const known = uses.get(port.host) ?? [];
      uses.set(port.host, known);
      known.push({ guest: name, port });
    }
  return uses;
}

/** Checks whether another guest forwards a port of the host, too. Only one of them would get it. */
export const sharedPorts = ({ name, values }: Guest, uses: PortUses): Problem[] =>
  portsOf(values).flatMap((port) => {
    const use = uses.get(port.host)?.find((other) => other.guest !== name && overlap(other.port, port));
    if (!use) return [];
    const { value, at } = port.setting;
    const { file, line } = use.port.setting.at;
    const message = `Port=${value} is already forwarded to ${use.guest}: ${file}:${line}`;
    return [{ at, message, remedy: 'Choose another port of the host' }];
  });
