import type { NspawnOption, Row } from '../schema.ts';
import type { ValueType } from '../types.ts';

/** Keys that become options of systemd-nspawn(1): NAME OPTION, and how that takes the values. */
export const carried = (type: ValueType, ...keys: readonly string[]): Row[] =>
  keys.map((key) => {
    const [name = '', option = '', takes] = key.split(' ');
    return [type, name, { option, takes: takes as NspawnOption['takes'] }];
  });

export const wholeMachine = 'A guest is a whole machine, which boots an init system as root';
export const keepsState =
  "A guest's /etc and /var are its own, and stay: OSTree merges the one and keeps the other";
