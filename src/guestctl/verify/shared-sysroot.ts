import type { Guest } from '../../config/guest.ts';
import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';

/** Checks whether a guest's sysroot is that of another guest, or inside of it. */
export function sharedSysroot(guest: Guest, guests: readonly Guest[]): Problem[] {
  const other = guests.find(({ name, sysroot }) => name !== guest.name && overlap(sysroot, guest.sysroot));
  if (!other) return [];
  const message = `${guest.sysroot} belongs to ${other.name} (${other.sysroot}): each guest needs a directory of its own`;
  const remedy = 'Name another directory, or remove Sysroot=';
  return [{ at: guest.values.at('Guest', 'Sysroot') ?? topOf(guest.file), message, remedy }];
}

const overlap = (one: string, other: string): boolean =>
  `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
