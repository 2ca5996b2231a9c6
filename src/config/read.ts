import { checkAssignment } from './check.ts';
import type { Problem } from './problem.ts';
import { usualKey } from './schema.ts';
import { parseSyntax } from './syntax.ts';
import type { ValueType } from './types.ts';
import { type Setting, Values } from './values.ts';

/** One file that a guest or a build is made of: our own, or an admin's systemd.nspawn(5). */
export interface Source {
  readonly kind: 'guest' | 'nspawn' | 'build';
  readonly file: string;
  readonly text: string;
}

/** What files say, and all that is wrong with them one by one. */
export interface Reading {
  readonly values: Values;
  readonly problems: Problem[];
  /** There is nothing in it but usual keys that are right as they are, and none that is special: schema.ts. */
  readonly isPlain: boolean;
}

/** Reads files in the order in which they apply. */
export function readSources(name: string, sources: readonly Source[], hostname: () => string): Reading {
  const problems: Problem[] = [];
  const settings: Setting[] = [];
  let isPlain = true;
  for (const { kind, file, text } of sources) {
    const { assignments, problems: found } = parseSyntax(file, text);
    let wrong: Problem[] | undefined;
    for (const assignment of assignments) {
      const key = kind === 'guest' ? usualKey(assignment.section, assignment.key) : undefined;
      if (key && isRight(key.type, assignment.value)) {
        settings.push(assignment);
        if (key.isSpecial) isPlain = false;
      } else {
        isPlain = false;
        wrong ??= [];
        const setting = checkAssignment(assignment, kind, { name, hostname }, wrong);
        if (setting) settings.push(setting);
      }
    }
    if (wrong || found.length > 0)
      problems.push(...found.concat(wrong ?? []).sort((a, b) => a.at.line - b.at.line));
  }
  return { values: new Values(settings), problems, isPlain };
}

/** Whether a value is right as it is, as most are. Of all else, right or wrong, checkAssignment() knows what to say. */
const isRight = (type: ValueType, value: string): boolean =>
  !type.isWords && (value === '' || (!value.includes('%') && type.check(value) === undefined));
