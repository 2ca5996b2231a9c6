import type { ValueType } from './types.ts';

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
  /** An empty value in a `.nspawn` file does not reset this key. */
  readonly onlyAdds?: true;
}

/**
 * A part of the units that the generator leaves out of a guest if none of its keys has an effect on it:
 * `command`: options of systemd-nspawn(1) that not every guest has; `update timer` and `rehearsal`: the drop-ins of those
 * units; `steps`: the drop-ins of all other units.
 */
export type Effect = 'command' | 'update timer' | 'rehearsal' | 'steps';

/**
 * Keys of one type, and what they have an effect on beyond the lines that every guest has. A row that does not say what
 * it has an effect on has one on everything: slower, and never wrong.
 */
export type KeyRow = readonly [
  type: ValueType,
  names: readonly string[],
  effects?: readonly Effect[],
  nspawn?: NspawnOption,
];

export const everything: readonly Effect[] = ['command', 'update timer', 'rehearsal', 'steps'];

/** For keys that change no more than a line that every guest has, or that the steps read when they run. */
export const nothingElse: readonly Effect[] = [];

/** The keys of each section. */
export type Tables = Readonly<Record<string, () => readonly KeyRow[]>>;

/** The row of a key. */
export const rowOf = (tables: Tables, section: string, name: string): KeyRow | undefined =>
  Object.hasOwn(tables, section) ? tables[section]?.().find(([, names]) => names.includes(name)) : undefined;
