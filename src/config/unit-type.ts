// lazy: QuickJS reads this file when one of its functions is called.
import { typeIn } from './key-table.ts';
import { unitTables } from './keys/unit.ts';
import type { ValueType } from './types.ts';

/** The type of a key of the sections whose lines go into units; nothing where there is no such key. */
export function unitType(section: string, name: string): ValueType | undefined {
  const rows = Object.hasOwn(unitTables, section) ? unitTables[section] : undefined;
  return rows && typeIn(rows(), name);
}
