import { Assignment } from './assignment.ts';
import { bracket, hash, isBad, sectionName, semicolon } from './line.ts';
import { parseAll } from './parser.ts';
import type { Problem } from './problem.ts';

export interface Syntax {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the syntax that systemd.syntax(7) describes: sections, assignments, comment lines and
 * continuation lines. Nothing is thrown: what cannot be read is a problem, and reading goes on.
 */
export const parseSyntax = (file: string, text: string): Syntax =>
  parsePlain(file, text) ?? parseAll(file, text);

const none: readonly never[] = [];

/** What most files are: a header, an assignment or a comment on each line. Of all else, right or wrong, nothing. */
function parsePlain(file: string, text: string): Syntax | undefined {
  if (isUnusual(text)) return undefined;
  const assignments: Assignment[] = [];
  let section: string | undefined;
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    const rest = line.trim();
    const first = rest.charCodeAt(0);
    if (rest === '' || first === hash || first === semicolon) continue;
    if (first === bracket) {
      section = sectionName(rest);
      if (section === undefined) return undefined;
    } else {
      const equals = rest.indexOf('=');
      if (section === undefined || equals <= 0) return undefined;
      const key = rest.slice(0, equals).trimEnd();
      const value = rest.slice(equals + 1).trimStart();
      assignments.push(new Assignment(section, key, value, { file, number, text: line }));
    }
  }
  return { assignments, problems: none };
}

/** Lines that go on, end in another way or are not text, and a byte order mark. */
const isUnusual = (text: string): boolean =>
  text.includes('\\') || text.includes('\r') || isBad(text) || text.startsWith('\uFEFF');
