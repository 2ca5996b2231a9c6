import { type Position, type Problem, quoted } from './problem.ts';

/** A logical line of a file: its continuation lines are joined to it. */
interface Line {
  readonly file: string;
  /** Of its first line. */
  readonly number: number;
  /** Of one that was continued: the lines of the file that it is made of, and where each begins in it. */
  readonly parts?: readonly Part[];
}

interface Part {
  readonly number: number;
  readonly start: number;
}

function placeIn({ file, number, parts }: Line, offset: number): Position {
  const part = parts?.findLast(({ start }) => start <= offset) ?? { number, start: 0 };
  return { file, line: part.number, column: offset - part.start + 1 };
}

/** One `Key=Value` of a section, as written. Where that is, is worked out when somebody asks: hardly ever. */
export class Assignment {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly #line: Line;
  readonly #keyStart: number;
  readonly #valueStart: number;

  constructor(section: string, key: string, value: string, line: Line, keyStart: number, valueStart: number) {
    this.section = section;
    this.key = key;
    this.value = value;
    this.#line = line;
    this.#keyStart = keyStart;
    this.#valueStart = valueStart;
  }

  get keyAt(): Position {
    return placeIn(this.#line, this.#keyStart);
  }

  /** The place of the value. */
  get at(): Position {
    return this.valueAt();
  }

  /** The place of a character of the value. */
  valueAt(offset = 0): Position {
    return placeIn(this.#line, this.#valueStart + offset);
  }

  /** The same with another value. */
  with(value: string): Assignment {
    return new Assignment(this.section, this.key, value, this.#line, this.#keyStart, this.#valueStart);
  }
}

export interface Syntax {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the syntax that systemd.syntax(7) describes: sections, assignments, comment lines and
 * continuation lines. Nothing is thrown: what cannot be read is a problem, and reading goes on.
 */
export function parseSyntax(file: string, text: string): Syntax {
  const parser = new Parser(text);
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
      parser.take(joined + raw, { file, number, parts });
      joined = '';
      parts = undefined;
    } else {
      parser.take(raw, { file, number });
    }
  }
  if (parts) parser.take(joined, { file, number, parts });
  return parser;
}

const [hash, semicolon, bracket, backslash] = [0x23, 0x3b, 0x5b, 0x5c];

function linesOf(text: string): string[] {
  const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return plain.includes('\r') ? plain.split(/\r\n|\n|\r/) : plain.split('\n');
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

  constructor(text: string) {
    this.#hasBadText = isBad(text);
  }

  take(text: string, line: Line): void {
    const rest = text.trimStart();
    if (rest === '') return;
    const start = text.length - rest.length;
    if (this.#hasBadText && isBad(text)) {
      this.#complain(line, start, 'This line is not UTF-8 text', 'Save the file as UTF-8, without NUL bytes');
    } else if (rest.charCodeAt(0) === bracket) {
      this.#header(rest.trimEnd(), line, start);
    } else if (this.#section !== undefined) {
      this.#assignment(this.#section, text, line, start);
    } else if (!this.#skips) {
      const message = `${quoted(rest.trimEnd())} is outside of any section`;
      this.#complain(line, start, message, "Start the file with '[Guest]'");
    }
  }

  #header(text: string, line: Line, start: number): void {
    const name = text.slice(1, -1);
    this.#skips = !text.endsWith(']') || name === '' || name.includes('[') || name.includes(']');
    this.#section = this.#skips ? undefined : name;
    if (!this.#skips) return;
    const message = `${quoted(text)} is not a section header`;
    this.#complain(line, start, message, "Write '[Guest]', with nothing after it");
  }

  #assignment(section: string, text: string, line: Line, start: number): void {
    const equals = text.indexOf('=', start);
    if (equals <= start) {
      const message = `${quoted(text.trim())} is not an assignment`;
      this.#complain(line, start, message, "Write 'Key=Value', or put '#' before a comment");
      return;
    }
    const written = text.slice(equals + 1);
    const indented = written.trimStart();
    const value = indented.trimEnd();
    const valueStart = equals + 1 + (value === '' ? 0 : written.length - indented.length);
    if (endsInBackslash(value)) {
      const remedy = 'Nothing may follow one that continues a line; leave out any other';
      this.#complain(line, start, 'The value ends with a backslash', remedy);
    }
    const key = text.slice(start, equals).trimEnd();
    this.assignments.push(new Assignment(section, key, value, line, start, valueStart));
  }

  #complain(line: Line, offset: number, message: string, remedy: string): void {
    this.problems.push({ at: placeIn(line, offset), message, remedy });
  }
}

const isBad = (text: string): boolean => text.includes('\0') || text.includes('\uFFFD');
