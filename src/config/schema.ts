import { buildKeys } from './keys/build.ts';
import { execKeys } from './keys/exec.ts';
import { filesKeys } from './keys/files.ts';
import { guestKeys } from './keys/guest.ts';
import { networkKeys } from './keys/network.ts';
import { unitKeys } from './keys/unit.ts';
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

/** One key that a guest file may have. */
export interface Key {
  readonly section: string;
  readonly name: string;
  readonly type: ValueType;
  /** May be given more than once; an empty assignment forgets what came before. */
  readonly repeatable?: true;
  readonly default?: string;
  /** What the key is for, in a line or two. */
  readonly help: string;
  /** The manual that says more: `systemd.nspawn(5)`. Without one, ours is where it is described. */
  readonly manual?: string;
  /** The version of systemd that has it; older ones ignore it with a warning. */
  readonly since?: number;
  readonly nspawn?: NspawnOption;
}

/** [Exec], [Files] and [Network]: systemd.nspawn(5) of systemd 252, to which 262 has added none. */
export const nspawnKeys: readonly Key[] = [...execKeys, ...filesKeys, ...networkKeys];

/**
 * Every key of guest files, in the order of the manual. The parser, the checks, the suggestions and the manual all come
 * from it.
 */
export const schema: readonly Key[] = [...guestKeys, ...nspawnKeys, ...unitKeys];

/** What may be in a file of a kind. */
export interface Vocabulary {
  /** What such a file declares. */
  readonly declares: string;
  readonly keys: readonly Key[];
  readonly sections: readonly string[];
  /** The manual page that describes it. */
  readonly manual: string;
  find(section: string, name: string): Key | undefined;
}

function vocabulary(declares: string, keys: readonly Key[]): Vocabulary {
  const bySectionAndName = new Map(keys.map((key) => [`${key.section}.${key.name}`, key]));
  return {
    ...{ declares, keys, sections: sectionsOf(keys), manual: `ostree-guests.${declares}(5)` },
    find: (section, name) => bySectionAndName.get(`${section}.${name}`),
  };
}

const sectionsOf = (keys: readonly Key[]): string[] => [...new Set(keys.map(({ section }) => section))];

const guestVocabulary = vocabulary('guest', schema);
let buildVocabulary: Vocabulary | undefined;

/** Most hosts have no builds: what is needed for them is made for the first one. */
export function vocabularyOf(kind: 'guest' | 'nspawn' | 'build'): Vocabulary {
  if (kind !== 'build') return guestVocabulary;
  buildVocabulary ??= vocabulary('build', buildKeys);
  return buildVocabulary;
}

/** The sections whose lines go into units as they are, systemd's specifiers included. */
const unitSections = ['Unit', 'Service', 'Timer'] as const;
export type UnitSection = (typeof unitSections)[number];

export const { sections } = guestVocabulary;
export const isUnitSection = (section: string): section is UnitSection =>
  (unitSections as readonly string[]).includes(section);

/** Hostname, machine, stateroot and unit instance must all accept it. Builds are named by the same rule. */
export const guestName = /^[a-z0-9][a-z0-9-]{0,62}$/;
