import { checkAssignment } from './check.ts';
import { parseAll } from './parser.ts';
import type { Problem } from './problem.ts';
import { usualKey } from './schema.ts';
import { parseSyntax } from './syntax.ts';
import type { ValueType } from './types.ts';
import { unknownSections } from './unknown-keys.ts';
import { type Setting, Values } from './values.ts';

/** One file that a guest or a build is made of: our own, or an admin's systemd.nspawn(5). */
export interface Source {
  readonly kind: 'guest' | 'nspawn' | 'build';
  readonly file: string;
  readonly text: string;
  /** Why it cannot be read. */
  readonly unreadable?: Problem;
}

/** What files say, and all that is wrong with them one by one. */
export interface Reading {
  readonly values: Values;
  readonly problems: Problem[];
  /** There is nothing in it but usual keys that are right as they are, and none that is special: schema.ts. */
  readonly isPlain: boolean;
  /** The values that are right by themselves. */
  readonly right: () => Values;
}

/** Reads files in the order in which they apply. */
export function readSources(name: string, sources: readonly Source[], hostname: () => string): Reading {
  const problems: Problem[] = [];
  const settings: Setting[] = [];
  let notRight: Set<Setting> | undefined;
  let isPlain = true;
  for (const { kind, file, text, unreadable } of sources) {
    const { assignments, problems: found, headers } = parseSyntax(file, text);
    let wrong = unreadable && [unreadable];
    // Without headers, the assignments tell of all sections.
    let hasSections = headers === undefined;
    for (const assignment of assignments) {
      const key = kind === 'guest' ? usualKey(assignment.section, assignment.key) : undefined;
      if (key && isRight(key.type, assignment.value)) {
        settings.push(assignment);
        if (key.isSpecial) isPlain = false;
      } else {
        isPlain = false;
        wrong ??= [];
        const known = wrong.length;
        const setting = checkAssignment(assignment, kind, { name, hostname }, wrong);
        if (setting) settings.push(setting);
        else hasSections = false;
        if (setting && wrong.length > known) {
          notRight ??= new Set();
          notRight.add(setting);
        }
      }
    }
    const sections = hasSections ? [] : unknownSections(kind, headers ?? parseAll(file, text).headers);
    if (wrong || found.length > 0 || sections.length > 0) {
      const ofFile = [...found, ...(wrong ?? []), ...sections];
      problems.push(...ofFile.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column));
    }
  }
  const right = () => new Values(settings.filter((setting) => !notRight?.has(setting)));
  return { values: new Values(settings), problems, isPlain, right };
}

/** Whether a value is right as it is, as most are. Of all else, right or wrong, checkAssignment() knows what to say. */
const isRight = (type: ValueType, value: string): boolean =>
  !type.split && (value === '' || (!value.includes('%') && type.check(value) === undefined));
