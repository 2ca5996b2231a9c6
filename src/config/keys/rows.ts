import { type KeyRow, type NspawnOption, nothingElse } from '../key-table.ts';
import type { ValueType } from '../types.ts';

type NspawnKey = readonly [
  name: string,
  option: string,
  takes: NspawnOption['takes'],
  more?: Pick<NspawnOption, 'since' | 'onlyAdds'>,
];

/** Keys that become options of systemd-nspawn(1), and have no other effect. */
export const nspawnKeys = (type: ValueType, ...keys: readonly NspawnKey[]): KeyRow[] =>
  keys.map(([name, option, takes, more]) => [
    type,
    [name],
    ['command'],
    { option, takes, ...(takes === 'each' && emptyAddsNothing), ...more },
  ]);

/** For keys that an empty value in a `.nspawn` file does not reset. */
export const emptyAddsNothing = { onlyAdds: true } as const;

/** Keys that have one possible value for guests, and so no effect. */
export const fixed = (type: ValueType, ...names: readonly string[]): KeyRow => [type, names, nothingElse];

export const wholeMachine = 'A guest is a whole machine, which boots an init system as root';
export const keepsState =
  "A guest's /etc and /var are its own, and stay: OSTree merges the one and keeps the other";
