import type { Guest } from '../../config/guest.ts';
import { overlap, type Port, portsOf } from '../../config/ports.ts';
import type { Problem } from '../../config/problem.ts';
import { grouped } from '../grouped.ts';

/** Which guests forward a port of the host, by its number. */
export type PortUses = ReadonlyMap<string, readonly { readonly guest: string; readonly port: Port }[]>;

/** Reads the ports of all guests once, so that not every guest is compared with every other. */
export const portUses = (guests: readonly Guest[]): PortUses =>
  grouped(
    guests.flatMap(({ name, values }) => portsOf(values).map((port) => [port.host, { guest: name, port }])),
  );

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
