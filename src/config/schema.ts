import { type Effect, everything, rowOf } from './key-table.ts';
import { isInRule } from './rules.ts';
import { guestTables, unitTables } from './tables.ts';
import type { ValueType } from './types.ts';

/** A key of a guest, and what follows from its row and from the rules. */
export interface GuestKey {
  readonly type: ValueType;
  readonly effects: readonly Effect[];
  /** A rule runs if this key is set. */
  readonly isInRule: boolean;
  /** systemd expands its specifiers, except %n. */
  readonly isInUnit: boolean;
}

/** Cache: guests are often alike. */
const cache = new Map<string, GuestKey>();

/** Returns undefined if a guest file has no such key. */
export function guestKey(section: string, name: string): GuestKey | undefined {
  const id = `${section}.${name}`;
  let key = cache.get(id);
  if (!key) {
    const row = rowOf(guestTables, section, name);
    if (!row) return undefined;
    const [type, , effects = everything] = row;
    key = { type, effects, isInRule: isInRule(section, id), isInUnit: section in unitTables };
    cache.set(id, key);
  }
  return key;
}
