import type { Key, NspawnOption } from '../schema.ts';
import type { ValueType } from '../types.ts';

const manual = 'systemd.nspawn(5)';

/** Name, type, option of systemd-nspawn(1), how it takes the values, and help. */
export type Row = readonly [
  name: string,
  type: ValueType,
  option: string,
  takes: NspawnOption['takes'],
  help: string,
];

/** Keys that become options. */
export const carried = (section: string, rows: readonly Row[]): Key[] =>
  rows.map(([name, type, option, takes, help]) => ({
    ...{ section, name, type, help, manual, nspawn: { option, takes } },
    ...(takes !== 'last' && { repeatable: true }),
  }));

/** Keys that are looked at one by one. */
export const considered = (
  section: string,
  name: string,
  type: ValueType,
  preset: string,
  help: string,
): Key => ({
  ...{ section, name, type, help, manual },
  default: preset,
});

/** Keys with only the value that every guest has anyway, so that nothing is made of them. */
export const fixed = (section: string, rows: readonly (readonly [name: string, type: ValueType])[]): Key[] =>
  rows.map(([name, type]) => ({ section, name, type, help: `For a guest: ${type.noun}.`, manual }));

export const wholeMachine = 'A guest is a whole machine, which boots an init system as root';
export const keepsState =
  "A guest's /etc and /var are its own, and stay: OSTree merges the one and keeps the other";
