import type { Guest } from '../../config/guest.ts';
import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';

/** Checks whether a guest's sysroot is that of another guest, or inside of it. */
export function sharedSysroot(guest: Guest, guests: readonly Guest[]): Problem[] {
  const other = guests.find(({ name, sysroot }) => name !== guest.name && overlap(sysroot, guest.sysroot));
  if (!other) return [];
  const message = `${guest.sysroot} is where ${other.name} is kept (${other.sysroot}), and each guest has its own place`;
  const remedy = 'Name another directory, or leave Sysroot= out';
  return [{ at: guest.values.at('Guest', 'Sysroot') ?? topOf(guest.file), message, remedy }];
}

const overlap = (one: string, other: string): boolean =>
  `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
