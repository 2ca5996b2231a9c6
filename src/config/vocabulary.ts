import type { NspawnOption, Tables } from './key-table.ts';
import { buildTables } from './keys/build.ts';
import { mirrorTables } from './keys/mirror.ts';
import type { SourceFile } from './read.ts';
import { guestTables, nspawnTables, unitTables } from './tables.ts';
import type { ValueType } from './types.ts';

/** A key of guest files. keys/ has its row and describes it. */
export interface Key {
  readonly section: string;
  readonly name: string;
  readonly type: ValueType;
  readonly nspawn?: NspawnOption;
}

export const isNspawnSection = (section: string): boolean => Object.hasOwn(nspawnTables, section);

export const isUnitSection = (section: string): boolean => Object.hasOwn(unitTables, section);

/** The sections and keys of a kind of file. Checks, suggestions and the manual use it. */
export class Vocabulary {
  /** What a file of this kind declares: a guest, a build or a mirror. */
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

  #section(section: string): ReadonlyMap<string, Key> {
    const made = this.#made.get(section);
    if (made) return made;
    const rows = Object.hasOwn(this.#tables, section) ? this.#tables[section]?.() : undefined;
    const keys = new Map<string, Key>();
    for (const [type, names, , nspawn] of rows ?? [])
      for (const name of names) keys.set(name, { section, name, type, ...(nspawn && { nspawn }) });
    this.#made.set(section, keys);
    return keys;
  }
}

export const guestVocabulary = new Vocabulary('guest', guestTables);
/** Made when they are asked for: most hosts have guests only. */
const others = { build: buildTables, mirror: mirrorTables };
const made = new Map<keyof typeof others, Vocabulary>();

export function vocabularyOf(kind: SourceFile['kind']): Vocabulary {
  if (kind === 'guest' || kind === 'nspawn') return guestVocabulary;
  const vocabulary = made.get(kind) ?? new Vocabulary(kind, others[kind]());
  made.set(kind, vocabulary);
  return vocabulary;
}

/** True if a file of this kind may have this section. */
export const hasSection = (kind: SourceFile['kind'], section: string): boolean =>
  kind === 'nspawn' ? isNspawnSection(section) : vocabularyOf(kind).sections.includes(section);
