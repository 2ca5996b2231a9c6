import { Assignment } from './assignment.ts';
import { bracket, hash, sectionName, semicolon } from './line.ts';
import { parseAll } from './parser.ts';
import type { Position, Problem } from './problem.ts';

export interface Syntax {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly Problem[];
  /** Undefined if each section has an assignment. */
  readonly headers?: readonly Header[];
}

/** `[NAME]` and its position. */
export interface Header {
  readonly name: string;
  readonly at: Position;
}

/**
 * Reads the syntax that systemd.syntax(7) describes: sections, assignments, comment lines and
 * continuation lines. Nothing is thrown: what cannot be read is a problem, and reading goes on.
 */
export const parseSyntax = (file: string, text: string): Syntax =>
  parsePlain(file, text) ?? parseAll(file, text);

const none: readonly never[] = [];

/** Reads simple files: a header, an assignment or a comment on each line. Returns undefined for any other file. */
function parsePlain(file: string, text: string): Syntax | undefined {
  if (isUnusual(text)) return undefined;
  const assignments: Assignment[] = [];
  let section: string | undefined;
  let isEmpty = false;
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    const rest = line.trim();
    const first = rest.charCodeAt(0);
    if (rest === '' || first === hash || first === semicolon) continue;
    if (first === bracket) {
      section = sectionName(rest);
      if (section === undefined || isEmpty) return undefined;
      isEmpty = true;
    } else {
      isEmpty = false;
      const equals = rest.indexOf('=');
      if (section === undefined || equals <= 0) return undefined;
      const key = rest.slice(0, equals).trimEnd();
      const value = rest.slice(equals + 1).trimStart();
      assignments.push(new Assignment(section, key, value, { file, number, text: line }));
    }
  }
  // A section without assignments needs its header reported.
  return isEmpty ? undefined : { assignments, problems: none };
}

/**
 * Matches continuations, other line ends, non-text, a byte order mark, and characters that trim() takes for blanks and systemd
 * does not. One class of UTF-16 units, so that noncharacters beyond U+FFFF are found by their second one.
 */
const isUnusual = (text: string): boolean => unusual.test(text);
const unusual =
  /[\0\v\f\r\\\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFDD0-\uFDEF\uFEFF\uFFFD-\uFFFF\uDFFE\uDFFF]/;
