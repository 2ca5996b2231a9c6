import type { Key, NspawnOption } from '../schema.ts';
import type { ValueType } from '../types.ts';

/** Keys of one type; their names with spaces between them, which QuickJS reads faster than anything else. */
export const keys = (section: string, type: ValueType, names: string): Key[] =>
  names.split(' ').map((name) => ({ section, name, type }));

/** Keys that become options of systemd-nspawn(1). A row is NAME OPTION, and how that takes the values. */
export const carried = (section: string, type: ValueType, ...rows: readonly string[]): Key[] =>
  rows.map((row) => {
    const [name = '', option = '', takes] = row.split(' ');
    return { section, name, type, nspawn: { option, takes: takes as NspawnOption['takes'] } };
  });

export const wholeMachine = 'A guest is a whole machine, which boots an init system as root';
export const keepsState =
  "A guest's /etc and /var are its own, and stay: OSTree merges the one and keeps the other";
