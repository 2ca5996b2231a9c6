import { checkAssignment } from './check.ts';
import type { Effect } from './key-table.ts';
import { parseAll } from './parser.ts';
import type { Problem } from './problem.ts';
import { type GuestKey, guestKey } from './schema.ts';
import type { DeclarationKind } from './search.ts';
import { parseSyntax } from './syntax.ts';
import { unknownSections } from './unknown-keys.ts';
import { type Setting, Values } from './values.ts';

/** A file of a guest, a build or a mirror: our own, or an admin's systemd.nspawn(5). */
export interface SourceFile {
  readonly kind: DeclarationKind | 'nspawn';
  readonly file: string;
  readonly text: string;
  /** Why it cannot be read. */
  readonly unreadable?: Problem;
}

/** The content of the files, and the problems of single values. */
export interface Reading {
  readonly values: Values;
  readonly problems: Problem[];
  /** The parts that its keys have an effect on. Set for guests only. */
  readonly effects: ReadonlySet<Effect>;
  /** It has a key that makes a rule run: rules.ts. */
  readonly isInRule: boolean;
  /** The valid values. */
  readonly right: () => Values;
}

/** Reads files in the order in which they apply. */
export function readSources(name: string, sources: readonly SourceFile[], hostname: () => string): Reading {
  const problems: Problem[] = [];
  const settings: Setting[] = [];
  let notRight: Set<Setting> | undefined;
  const effects = new Set<Effect>();
  let isInRule = false;
  for (const { kind, file, text, unreadable } of sources) {
    const ofGuest = kind === 'guest' || kind === 'nspawn';
    const { assignments, problems: found, headers } = parseSyntax(file, text);
    let wrong = unreadable && [unreadable];
    // Without headers, each section has an assignment.
    let hasSections = headers === undefined;
    for (const assignment of assignments) {
      const key = ofGuest ? guestKey(assignment.section, assignment.key) : undefined;
      let setting: Setting | undefined = assignment;
      if (!key || kind === 'nspawn' || !isRight(key, assignment.value)) {
        wrong ??= [];
        const known = wrong.length;
        setting = checkAssignment(assignment, kind, { name, hostname }, wrong);
        if (!setting) {
          hasSections = false;
          continue;
        }
        if (wrong.length > known) {
          notRight ??= new Set();
          notRight.add(setting);
        }
      }
      settings.push(setting);
      if (!key) continue;
      for (const effect of key.effects) effects.add(effect);
      if (key.isInRule) isInRule = true;
    }
    const sections = hasSections ? [] : unknownSections(kind, headers ?? parseAll(file, text).headers);
    if (wrong || found.length > 0 || sections.length > 0) {
      const ofFile = [...found, ...(wrong ?? []), ...sections];
      problems.push(...ofFile.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column));
    }
  }
  const right = () => new Values(settings.filter((setting) => !notRight?.has(setting)));
  return { values: new Values(settings), problems, effects, isInRule, right };
}

/** True if a value is valid without expansion, as most are. checkAssignment() handles all others. */
function isRight({ type, isInUnit }: GuestKey, value: string): boolean {
  if (value === '') return true;
  if (value.includes(isInUnit ? '%n' : '%') || type.check(value) !== undefined) return false;
  const split = type.split?.(value);
  return !split || ('words' in split && split.words.every((word) => type.checkWord?.(word) === undefined));
}
