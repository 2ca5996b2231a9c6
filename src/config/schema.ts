import { guestTables } from './keys/guest.ts';
import type { ValueType } from './types.ts';
import { unitType } from './unit-type.ts';

/** How a key of systemd.nspawn(5) becomes options of systemd-nspawn(1). */
export interface NspawnOption {
  readonly option: string;
  /**
   * `last`: the last value; `each`: every value; `words`: every word of every value; `joined`: all words, with
   * commas between them.
   */
  readonly takes: 'last' | 'each' | 'words' | 'joined';
  /** The version of systemd that has the option first, if 252 has not. */
  readonly since?: number;
  /** An empty value in a file of nspawn's own takes nothing back. */
  readonly onlyAdds?: true;
}

/** Keys of one type. Their names are in one string, with spaces between them: QuickJS reads nothing faster. */
export type Row = readonly [type: ValueType, names: string, nspawn?: NspawnOption];

/** The keys of each section, made when one of them is asked for: most files have only some sections. */
export type Tables = Readonly<Record<string, () => readonly Row[]>>;

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

/** The type of the key that has this name. */
export function typeIn(rows: readonly Row[], name: string): ValueType | undefined {
  // Two names are none.
  if (name.includes(' ')) return undefined;
  for (const [type, names] of rows) if (` ${names} `.includes(` ${name} `)) return type;
  return undefined;
}

/** Hostname, machine, stateroot and unit instance must all accept it. Builds are named by the same rule. */
export const guestName = /^[a-z0-9][a-z0-9-]{0,62}$/;
