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
  const parser = new Parser(isBad(text));
  // Comment lines and blank ones are left out, those inside a continuation too.
  let joined = '';
  let parts: Part[] | undefined;
  let number = 0;
  for (const raw of linesOf(text)) {
    number += 1;
    const rest = raw.trimStart();
    const first = rest.charCodeAt(0);
    if (first === hash || first === semicolon) continue;
    if (endsInBackslash(raw)) {
      parts ??= [];
      parts.push({ number, start: joined.length });
      joined += `${raw.slice(0, -1)} `;
    } else if (parts) {
      parts.push({ number, start: joined.length });
      joined += raw;
      parser.take(joined, joined.trimStart(), { file, number, parts });
      joined = '';
      parts = undefined;
    } else if (rest !== '') {
      parser.take(raw, rest, { file, number });
    }
  }
  if (parts) parser.take(joined, joined.trimStart(), { file, number, parts });
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

  constructor(hasBadText: boolean) {
    this.#hasBadText = hasBadText;
  }

  /** `rest` is the text without space before it. */
  take(text: string, rest: string, line: Line): void {
    if (rest === '') return;
    const start = text.length - rest.length;
    if (this.#hasBadText && isBad(text)) {
      const remedy = 'Save the file as UTF-8, without NUL bytes';
      this.#complain(line, start, 'This line is not UTF-8 text', remedy);
    } else if (rest.charCodeAt(0) === bracket) {
      const name = sectionName(rest.trimEnd());
      this.#skips = name === undefined;
      this.#section = name;
      if (name !== undefined) return;
      const message = `${quoted(rest.trimEnd())} is not a section header`;
      this.#complain(line, start, message, "Write '[Guest]', with nothing after it");
    } else if (this.#section !== undefined) {
      this.#assignment(this.#section, rest, line, start);
    } else if (!this.#skips) {
      const message = `${quoted(rest.trimEnd())} is outside of any section`;
      this.#complain(line, start, message, "Start the file with '[Guest]'");
    }
  }

  #assignment(section: string, text: string, line: Line, start: number): void {
    const equals = text.indexOf('=');
    if (equals <= 0) {
      const message = `${quoted(text.trimEnd())} is not an assignment`;
      this.#complain(line, start, message, "Write 'Key=Value', or put '#' before a comment");
      return;
    }
    const written = text.slice(equals + 1);
    const indented = written.trimStart();
    const value = indented.trimEnd();
    const indent = value === '' ? 0 : written.length - indented.length;
    if (endsInBackslash(value)) {
      const remedy = 'Nothing may follow one that continues a line; leave out any other';
      this.#complain(line, start, 'The value ends with a backslash', remedy);
    }
    const key = text.slice(0, equals).trimEnd();
    this.assignments.push(new Assignment(section, key, value, line, start, start + equals + 1 + indent));
  }

  #complain(line: Line, offset: number, message: string, remedy: string): void {
    this.problems.push({ at: placeIn(line, offset), message, remedy });
  }
}

/** Nothing where it is not `[NAME]`. */
function sectionName(header: string): string | undefined {
  const name = header.slice(1, -1);
  return header.endsWith(']') && name !== '' && !name.includes('[') && !name.includes(']') ? name : undefined;
}

const isBad = (text: string): boolean => text.includes('\0') || text.includes('\uFFFD');
