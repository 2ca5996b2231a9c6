import type { Guest } from '../../config/guest.ts';
import { overlap, portsOf } from '../../config/ports.ts';
import type { Problem } from '../../config/problem.ts';

/** Checks whether another guest forwards a port of the host, too. Only one of them would get it. */
export function sharedPorts(guest: Guest, guests: readonly Guest[]): Problem[] {
  const others = guests.filter(({ name }) => name !== guest.name);
  return portsOf(guest.values).flatMap((port) => {
    for (const other of others) {
      const taken = portsOf(other.values).find((one) => overlap(one, port))?.setting;
      if (!taken) continue;
      const { value, at } = port.setting;
      const where = `${taken.at.file}:${taken.at.line}`;
      const message = `Port=${value} is already forwarded to ${other.name}: ${where}`;
      return [{ at, message, remedy: 'Choose another port of the host' }];
    }
    return [];
  });
}
