// lazy: QuickJS reads this file when one of its functions is called.
import { Assignment } from './assignment.ts';
import {
  bracket,
  hash,
  indentOf,
  isBad,
  isOthers,
  type Line,
  type Part,
  sectionName,
  semicolon,
  stripped,
} from './line.ts';
import { placeIn } from './positions.ts';
import { type Problem, quoted } from './problem.ts';
import type { Header, Syntax } from './syntax.ts';

/** The syntax of any file. */
export interface FullSyntax extends Syntax {
  readonly headers: readonly Header[];
}

/** Reads any file. */
export function parseAll(file: string, text: string): FullSyntax {
  const parser = new Parser(isBad(text));
  // Skips comments and blank lines, also inside a continuation.
  let joined = '';
  let parts: Part[] | undefined;
  let number = 0;
  for (const raw of linesOf(text)) {
    number += 1;
    const first = raw.charCodeAt(indentOf(raw));
    if (first === hash || first === semicolon) continue;
    if (endsInBackslash(raw)) {
      parts ??= [];
      parts.push({ number, start: joined.length });
      joined += `${raw.slice(0, -1)} `;
    } else if (parts) {
      parts.push({ number, start: joined.length });
      parser.take({ file, number, text: joined + raw, parts });
      joined = '';
      parts = undefined;
    } else {
      parser.take({ file, number, text: raw });
    }
  }
  if (parts) parser.take({ file, number, text: joined, parts });
  return parser;
}

const backslash = 0x5c;

function linesOf(text: string): string[] {
  const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return plain.split(/\r\n|\n|\r/);
}

/** True if a text ends in an odd number of backslashes: the last one is not escaped. */
function endsInBackslash(text: string): boolean {
  let end = text.length;
  while (text.charCodeAt(end - 1) === backslash) end -= 1;
  return (text.length - end) % 2 === 1;
}

/** Parses logical lines. */
class Parser implements FullSyntax {
  readonly assignments: Assignment[] = [];
  readonly headers: Header[] = [];
  readonly problems: Problem[] = [];
  readonly #hasBadText: boolean;
  #section: string | undefined;
  /** True after an invalid section header, and in [X-…]: assignments are skipped silently. */
  #skips = false;

  constructor(hasBadText: boolean) {
    this.#hasBadText = hasBadText;
  }

  take(line: Line): void {
    const rest = stripped(line.text);
    if (rest === '') return;
    if (this.#hasBadText && isBad(line.text)) {
      this.#badText(line);
    } else if (rest.charCodeAt(0) === bracket) {
      this.#header(rest, line);
    } else if (this.#section !== undefined) {
      this.#assignment(this.#section, rest, line);
    } else if (!this.#skips) {
      this.#complain(line, `${quoted(rest)} is outside of any section`, "Start the file with '[Guest]'");
    }
  }

  #badText(line: Line): void {
    const noncharacter = /\p{Noncharacter_Code_Point}/u.exec(line.text);
    if (noncharacter && !/[\0\uFFFD]/.test(line.text)) {
      const code = noncharacter[0].codePointAt(0)?.toString(16).toUpperCase();
      const message = `U+${code} is not a character, and systemd stops reading the file there`;
      this.problems.push({ at: placeIn(line, noncharacter.index), message, remedy: 'Remove it' });
    } else {
      this.#complain(line, 'This line is not UTF-8 text', 'Save the file as UTF-8, without NUL bytes');
    }
  }

  #header(text: string, line: Line): void {
    const name = sectionName(text);
    if (name === undefined) {
      const remedy = "Write '[Guest]', with nothing after it";
      this.#complain(line, `${quoted(text)} is not a section header`, remedy);
    } else {
      this.headers.push({ name, at: placeIn(line, indentOf(line.text)) });
    }
    this.#skips = name === undefined || isOthers(name);
    this.#section = this.#skips ? undefined : name;
  }

  #assignment(section: string, text: string, line: Line): void {
    const equals = text.indexOf('=');
    if (equals <= 0) {
      const remedy = "Write 'Key=Value', or put '#' before a comment";
      this.#complain(line, `${quoted(text)} is not an assignment`, remedy);
      return;
    }
    const value = stripped(text.slice(equals + 1));
    if (endsInBackslash(value)) {
      const remedy = 'Nothing may follow one that continues a line; leave out any other';
      this.#complain(line, 'The value ends with a backslash', remedy);
    }
    this.assignments.push(new Assignment(section, stripped(text.slice(0, equals)), value, line));
  }

  #complain(line: Line, message: string, remedy: string): void {
    this.problems.push({ at: placeIn(line, indentOf(line.text)), message, remedy });
  }
}
