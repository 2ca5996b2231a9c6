import { checkAssignment } from './check.ts';
import type { Position, Problem } from './problem.ts';
import { vocabularyOf } from './schema.ts';
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
    const wrong = found.slice();
    const vocabulary = vocabularyOf(source.kind);
    for (const assignment of assignments) {
      const setting = checkAssignment(assignment, source.kind, vocabulary, specifiers, wrong);
      if (setting) settings.push(setting);
    }
    if (wrong.length > 0) problems.push(...wrong.sort((a, b) => a.at.line - b.at.line));
  }
  return { values: new Values(settings), problems };
}

/** The beginning of a file: the place of what is not there. */
export const topOf = (file: string): Position => ({ file, line: 1, column: 1 });
