import type { Assignment } from './assignment.ts';
import { checkAssignment } from './check.ts';
import type { Position, Problem } from './problem.ts';
import { usualType } from './schema.ts';
import { parseSyntax } from './syntax.ts';
import { type Setting, Values } from './values.ts';

/** One file that a guest or a build is made of: our own, or an admin's systemd.nspawn(5). */
export interface Source {
  readonly kind: 'guest' | 'nspawn' | 'build';
  readonly file: string;
  readonly text: string;
}

/** Reads files in the order in which they apply: their settings, and all that is wrong with them one by one. */
export function readSources(
  name: string,
  sources: readonly Source[],
  hostname: () => string,
): { values: Values; problems: Problem[] } {
  const problems: Problem[] = [];
  const settings: Setting[] = [];
  const specifiers = { name, hostname };
  for (const source of sources) {
    const { assignments, problems: found } = parseSyntax(source.file, source.text);
    let wrong: Problem[] | undefined;
    for (const assignment of assignments) {
      if (source.kind === 'guest' && isPlain(assignment)) {
        settings.push(assignment);
      } else {
        wrong ??= [];
        const setting = checkAssignment(assignment, source.kind, specifiers, wrong);
        if (setting) settings.push(setting);
      }
    }
    if (wrong || found.length > 0)
      problems.push(...found.concat(wrong ?? []).sort((a, b) => a.at.line - b.at.line));
  }
  return { values: new Values(settings), problems };
}

/** Whether it is right as it is, as most are. Of all else, right or wrong, checkAssignment() knows what to say. */
function isPlain({ section, key, value }: Assignment): boolean {
  const type = usualType(section, key);
  if (!type || type.isWords) return false;
  return value === '' || (!value.includes('%') && type.check(value) === undefined);
}

/** The beginning of a file: the place of what is not there. */
export const topOf = (file: string): Position => ({ file, line: 1, column: 1 });
