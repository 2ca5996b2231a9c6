import { guestTables } from './keys/guest.ts';
import { unitTables } from './keys/unit.ts';
import type { ValueType } from './types.ts';

/** How a key of systemd.nspawn(5) becomes options of systemd-nspawn(1). */
export interface NspawnOption {
  readonly option: string;
  /**
   * `last`: the last value; `each`: every value; `words`: every word of every value; `joined`: all words, with
   * commas between them.
   */
  readonly takes: 'last' | 'each' | 'words' | 'joined';
}

/** Keys of one type. Their names are in one string, with spaces between them: QuickJS reads nothing faster. */
export type Row = readonly [type: ValueType, names: string, nspawn?: NspawnOption];

/** The keys of each section, made when one of them is asked for: most files have only some sections. */
export type Tables = Readonly<Record<string, () => readonly Row[]>>;

/** The sections that are our own, and those whose lines go into units. */
export const usualTables: Tables = { ...guestTables, ...unitTables };

const made = new Map<string, readonly Row[]>();

/** The type of a key of these sections; nothing where there is no such key. */
export function usualType(section: string, name: string): ValueType | undefined {
  let rows = made.get(section);
  if (!rows) {
    rows = Object.hasOwn(usualTables, section) ? (usualTables[section]?.() ?? []) : [];
    made.set(section, rows);
  }
  for (const [type, names] of rows) if (` ${names} `.includes(` ${name} `)) return type;
  return undefined;
}

/** Hostname, machine, stateroot and unit instance must all accept it. Builds are named by the same rule. */
export const guestName = /^[a-z0-9][a-z0-9-]{0,62}$/;
