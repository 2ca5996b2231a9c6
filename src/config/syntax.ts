import { type Position, type Problem, quoted } from './problem.ts';

/** One `Key=Value` of a section, as written, with the place of its key and of its value. */
export interface Assignment {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly keyAt: Position;
  /** The place of the value, or of a character of it. */
  valueAt(offset?: number): Position;
}

export interface Syntax {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly Problem[];
}

/** A logical line: its continuation lines are joined to it. */
interface Line {
  readonly text: string;
  /** The lines of the file that it is made of, and where each begins in it. */
  readonly parts: readonly { readonly number: number; readonly start: number }[];
}

function placeIn(file: string, { parts }: Line, offset: number): Position {
  const part = parts.findLast(({ start }) => start <= offset) ?? { number: 1, start: 0 };
  return { file, line: part.number, column: offset - part.start + 1 };
}

/**
 * Reads the syntax that systemd.syntax(7) describes: sections, assignments, comment lines and
 * continuation lines. Nothing is thrown: what cannot be read is a problem, and reading goes on.
 */
export function parseSyntax(file: string, text: string): Syntax {
  const assignments: Assignment[] = [];
  const problems: Problem[] = [];
  let section: string | undefined;
  // Everything after a section header that could not be read is left out without a further word.
  let skipping = false;

  for (const logical of logicalLines(text)) {
    const line = logical.text;
    const start = line.length - line.trimStart().length;
    const at = placeIn(file, logical, start);
    const bad = (message: string, remedy?: string) =>
      problems.push(remedy ? { at, message, remedy } : { at, message });

    if (/[\0\uFFFD]/.test(line)) {
      bad('This line is not UTF-8 text', 'Save the file as UTF-8, without NUL bytes');
    } else if (line[start] === '[') {
      const header = /^\[([^[\]]+)\]$/.exec(line.trim());
      section = header?.[1];
      skipping = header === null;
      if (skipping)
        bad(`${quoted(line.trim())} is not a section header`, "Write '[Guest]', with nothing after it");
    } else if (section === undefined) {
      if (!skipping) bad(`${quoted(line.trim())} is outside of any section`, "Start the file with '[Guest]'");
    } else {
      const equals = line.indexOf('=');
      const key = line.slice(0, equals).trim();
      if (equals < 0 || key === '') {
        bad(`${quoted(line.trim())} is not an assignment`, "Write 'Key=Value', or put '#' before a comment");
        continue;
      }
      const value = line.slice(equals + 1);
      const indent = value.trim() === '' ? 0 : value.length - value.trimStart().length;
      const valueAt = (offset = 0) => placeIn(file, logical, equals + 1 + indent + offset);
      if (endsInBackslash(value.trim())) {
        bad(
          'The value ends with a backslash',
          'Nothing may follow one that continues a line; leave out any other',
        );
      }
      assignments.push({ section, key, value: value.trim(), keyAt: at, valueAt });
    }
  }
  return { assignments, problems };
}

/** In one that is not itself escaped: in an odd number of them. */
function endsInBackslash(text: string): boolean {
  let end = text.length;
  while (text[end - 1] === '\\') end -= 1;
  return (text.length - end) % 2 === 1;
}

/** Joins continuation lines and leaves out blank and comment lines, those inside a continuation too. */
function* logicalLines(text: string): Generator<Line> {
  let joined = '';
  let parts: { number: number; start: number }[] = [];
  let number = 0;
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    number += 1;
    if (/^\s*[#;]/.test(raw)) continue;
    const continues = endsInBackslash(raw);
    parts.push({ number, start: joined.length });
    joined += continues ? `${raw.slice(0, -1)} ` : raw;
    if (continues) continue;
    if (joined.trim() !== '') yield { text: joined, parts };
    joined = '';
    parts = [];
  }
  if (joined.trim() !== '') yield { text: joined, parts };
}
