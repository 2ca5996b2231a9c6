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
  /** An empty value in a file of nspawn's own takes nothing back. */
  readonly onlyAdds?: true;
}

/** Keys of one type. Their names are in one string, with spaces between them: QuickJS reads nothing faster. */
export type Row = readonly [type: ValueType, names: string, nspawn?: NspawnOption];

/** The keys of each section, made when one of them is asked for: most files have only some sections. */
export type Tables = Readonly<Record<string, () => readonly Row[]>>;

/** The type of the key that has this name. */
export function typeIn(rows: readonly Row[], name: string): ValueType | undefined {
  // A name with a space would match two neighbours.
  if (name.includes(' ')) return undefined;
  for (const [type, names] of rows) if (` ${names} `.includes(` ${name} `)) return type;
  return undefined;
}
