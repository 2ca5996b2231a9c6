import type { NspawnOption, Row } from '../key-table.ts';
import type { ValueType } from '../types.ts';

/** Keys that become options of systemd-nspawn(1): NAME OPTION, how that takes the values, and since which version of systemd. */
export const carried = (type: ValueType, ...keys: readonly string[]): Row[] =>
  keys.map((key) => {
    const [name = '', option = '', takes, since] = key.split(' ');
    const how = takes as NspawnOption['takes'];
    const more = { ...(since && { since: Number(since) }), ...(takes === 'each' && onlyAdds) };
    return [type, name, { option, takes: how, ...more }];
  });

const onlyAdds = { onlyAdds: true } as const;
/** Keys of which nspawn forgets nothing, though their words are together in one option. */
export const adding = ([type, name, option]: Row): Row =>
  option ? [type, name, { ...option, ...onlyAdds }] : [type, name];

export const wholeMachine = 'A guest is a whole machine, which boots an init system as root';
export const keepsState =
  "A guest's /etc and /var are its own, and stay: OSTree merges the one and keeps the other";
