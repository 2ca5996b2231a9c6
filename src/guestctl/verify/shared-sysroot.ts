import { dirname } from 'node:path';
import type { Guest } from '../../config/guest.ts';
import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';
import { grouped } from '../grouped.ts';

/** Which guests have a sysroot at a directory, and which below it. */
export interface Sysroots {
  readonly at: ReadonlyMap<string, readonly Guest[]>;
  readonly below: ReadonlyMap<string, readonly Guest[]>;
}

/** Reads the sysroots of all guests once, so that not every guest is compared with every other. */
export const sysrootsOf = (guests: readonly Guest[]): Sysroots => ({
  at: grouped(guests.map((guest) => [guest.sysroot, guest])),
  below: grouped(guests.flatMap((guest) => above(guest.sysroot).map((directory) => [directory, guest]))),
});

/** Checks whether a guest's sysroot is that of another guest, or inside of it, or contains it. */
export function sharedSysroot(guest: Guest, { at, below }: Sysroots): Problem[] {
  const { name, sysroot } = guest;
  const near = [sysroot, ...above(sysroot)].flatMap((directory) => at.get(directory) ?? []);
  const other = [...near, ...(below.get(sysroot) ?? [])].find((one) => one.name !== name);
  if (!other) return [];
  const message = `${sysroot} belongs to ${other.name} (${other.sysroot}): each guest needs a directory of its own`;
  const remedy = 'Name another directory, or remove Sysroot=';
  return [{ at: guest.values.at('Guest', 'Sysroot') ?? topOf(guest.file), message, remedy }];
}

/** Returns the directories above a directory. */
function above(directory: string): string[] {
  const parent = dirname(directory);
  return parent === directory ? [] : [parent, ...above(parent)];
}
