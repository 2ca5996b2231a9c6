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
 * Every key, in the order of the manual. The parser, the checks, the suggestions and the manual all come from it.
 */
export const schema: readonly Key[] = [...guestKeys, ...nspawnKeys, ...unitKeys];

/** The sections whose lines go into units as they are, systemd's specifiers included. */
const unitSections = ['Unit', 'Service', 'Timer'] as const;
export type UnitSection = (typeof unitSections)[number];

const bySectionAndName = new Map(schema.map((key) => [`${key.section}.${key.name}`, key]));
export const findKey = (section: string, name: string): Key | undefined =>
  bySectionAndName.get(`${section}.${name}`);

export const sections: readonly string[] = [...new Set(schema.map((key) => key.section))];
export const isUnitSection = (section: string): section is UnitSection =>
  (unitSections as readonly string[]).includes(section);

/** Hostname, machine, stateroot and unit instance must all accept it. */
export const guestName = /^[a-z0-9][a-z0-9-]{0,62}$/;
