import { Assignment } from './assignment.ts';
import { bracket, hash, isBad, type Line, type Part, sectionName, semicolon } from './line.ts';
import { placeIn } from './place.ts';
import { type Problem, quoted } from './problem.ts';
import type { Syntax } from './syntax.ts';

/** Reads all that there can be in a file. */
export function parseAll(file: string, text: string): Syntax {
  const parser = new Parser(isBad(text));
  // Comment lines and blank ones are left out, those inside a continuation too.
  let joined = '';
  let parts: Part[] | undefined;
  let number = 0;
  for (const raw of linesOf(text)) {
    number += 1;
    const first = raw.trimStart().charCodeAt(0);
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

/** In one that is not itself escaped: in an odd number of them. */
function endsInBackslash(text: string): boolean {
  let end = text.length;
  while (text.charCodeAt(end - 1) === backslash) end -= 1;
  return (text.length - end) % 2 === 1;
}

/** Takes logical lines. */
class Parser implements Syntax {
  readonly assignments: Assignment[] = [];
  readonly problems: Problem[] = [];
  readonly #hasBadText: boolean;
  #section: string | undefined;
  /** Everything after a section header that could not be read is left out without a further word. */
  #skips = false;

  constructor(hasBadText: boolean) {
    this.#hasBadText = hasBadText;
  }

  take(line: Line): void {
    const rest = line.text.trim();
    if (rest === '') return;
    if (this.#hasBadText && isBad(line.text)) {
      this.#complain(line, 'This line is not UTF-8 text', 'Save the file as UTF-8, without NUL bytes');
    } else if (rest.charCodeAt(0) === bracket) {
      this.#section = sectionName(rest);
      this.#skips = this.#section === undefined;
      if (this.#skips)
        this.#complain(
          line,
          `${quoted(rest)} is not a section header`,
          "Write '[Guest]', with nothing after it",
        );
    } else if (this.#section !== undefined) {
      this.#assignment(this.#section, rest, line);
    } else if (!this.#skips) {
      this.#complain(line, `${quoted(rest)} is outside of any section`, "Start the file with '[Guest]'");
    }
  }

  #assignment(section: string, text: string, line: Line): void {
    const equals = text.indexOf('=');
    if (equals <= 0) {
      const remedy = "Write 'Key=Value', or put '#' before a comment";
      this.#complain(line, `${quoted(text)} is not an assignment`, remedy);
      return;
    }
    const value = text.slice(equals + 1).trimStart();
    if (endsInBackslash(value)) {
      const remedy = 'Nothing may follow one that continues a line; leave out any other';
      this.#complain(line, 'The value ends with a backslash', remedy);
    }
    this.assignments.push(new Assignment(section, text.slice(0, equals).trimEnd(), value, line));
  }

  #complain(line: Line, message: string, remedy: string): void {
    const start = line.text.length - line.text.trimStart().length;
    this.problems.push({ at: placeIn(line, start), message, remedy });
  }
}
