import { buildTables } from './keys/build.ts';
import { execKeys } from './keys/exec.ts';
import { filesKeys } from './keys/files.ts';
import { guestTables } from './keys/guest.ts';
import { networkKeys } from './keys/network.ts';
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

/** One key that a guest file may have. What it is for is in the manual, src/manual/keys/. */
export interface Key {
  readonly section: string;
  readonly name: string;
  readonly type: ValueType;
  readonly nspawn?: NspawnOption;
}

/** The keys of each section, made when one of them is asked for: most files have only some sections. */
export type Tables = Readonly<Record<string, () => readonly Key[]>>;

/** systemd.nspawn(5) of systemd 252, to which 262 has added none. */
const nspawnTables: Tables = { Exec: execKeys, Files: filesKeys, Network: networkKeys };
export const isNspawnSection = (section: string): boolean => Object.hasOwn(nspawnTables, section);

/** What may be in a file of a kind. The checks, the suggestions and the manual all come from it. */
export class Vocabulary {
  /** What such a file declares. */
  readonly declares: string;
  /** In the order of the manual. */
  readonly sections: readonly string[];
  readonly #tables: Tables;
  readonly #made = new Map<string, ReadonlyMap<string, Key>>();

  constructor(declares: string, tables: Tables) {
    this.declares = declares;
    this.sections = Object.keys(tables);
    this.#tables = tables;
  }

  /** The manual page that describes it. */
  get manual(): string {
    return `ostree-guests.${this.declares}(5)`;
  }

  get keys(): Key[] {
    return this.sections.flatMap((section) => this.in(section));
  }

  in(section: string): Key[] {
    return [...this.#section(section).values()];
  }

  find(section: string, name: string): Key | undefined {
    return this.#section(section).get(name);
  }

  #section(name: string): ReadonlyMap<string, Key> {
    const made = this.#made.get(name);
    if (made) return made;
    const table = Object.hasOwn(this.#tables, name) ? this.#tables[name] : undefined;
    const keys = new Map((table?.() ?? []).map((key) => [key.name, key]));
    this.#made.set(name, keys);
    return keys;
  }
}

export const guestVocabulary = new Vocabulary('guest', { ...guestTables, ...nspawnTables, ...unitTables });
let buildVocabulary: Vocabulary | undefined;

export function vocabularyOf(kind: 'guest' | 'nspawn' | 'build'): Vocabulary {
  if (kind !== 'build') return guestVocabulary;
  buildVocabulary ??= new Vocabulary('build', buildTables());
  return buildVocabulary;
}

/** The sections whose lines go into units as they are, systemd's specifiers included. */
const unitSections = ['Unit', 'Service', 'Timer'] as const;
export type UnitSection = (typeof unitSections)[number];

export const isUnitSection = (section: string): section is UnitSection =>
  (unitSections as readonly string[]).includes(section);

/** Hostname, machine, stateroot and unit instance must all accept it. Builds are named by the same rule. */
export const guestName = /^[a-z0-9][a-z0-9-]{0,62}$/;
