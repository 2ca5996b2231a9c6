import { typeIn } from './key-table.ts';
import { guestTables } from './keys/guest.ts';
import type { ValueType } from './types.ts';
import { unitType } from './unit-type.ts';

/** Keys that more is made of than a line in a unit, or that do not go with every other. */
const special = new Set([
  ...['Image', 'Build', 'Sysroot', 'GPGVerify', 'SignVerify', 'By', 'SwitchOnCalendar', 'OnFailure'],
  // The update has to see the files that they name.
  ...['GPGKeyPath', 'Ed25519KeyPath', 'Install', 'Repository', 'RepositoryKey'],
  ...['LoadCredential', 'LoadCredentialEncrypted', 'SetCredential', 'SetCredentialEncrypted'],
]);

export interface UsualKey {
  readonly type: ValueType;
  readonly isSpecial: boolean;
}

/** Those that were found. Guests are often alike. */
const known = new Map<string, UsualKey>();

/** A key of the sections that are our own, or whose lines go into units; nothing where there is no such key. */
export function usualKey(section: string, name: string): UsualKey | undefined {
  const id = `${section}.${name}`;
  let key = known.get(id);
  if (!key) {
    const ours = Object.hasOwn(guestTables, section) ? guestTables[section] : undefined;
    const type = ours ? typeIn(ours(), name) : unitType(section, name);
    if (!type) return undefined;
    key = { type, isSpecial: special.has(name) };
    known.set(id, key);
  }
  return key;
}

/** Hostname, machine, stateroot and unit instance must all accept it. Builds are named by the same rule. */
export const guestName = /^[a-z0-9][a-z0-9-]{0,62}$/;
