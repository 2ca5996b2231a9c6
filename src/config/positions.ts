// lazy: QuickJS reads this file when one of its functions is called.
import { indentOf, type Line } from './line.ts';
import type { Position } from './problem.ts';

/** The place of a character of a logical line. */
export function placeIn({ file, number, parts }: Line, offset: number): Position {
  const part = parts?.findLast(({ start }) => start <= offset) ?? { number, start: 0 };
  return { file, line: part.number, column: offset - part.start + 1 };
}

/** Where the key of an assignment is. */
export const keyPlace = (line: Line): Position => placeIn(line, indentOf(line.text));

/** Where a character of its value is. */
export function valuePlace(line: Line, offset: number): Position {
  const start = line.text.indexOf('=') + 1;
  return placeIn(line, start + indentOf(line.text.slice(start)) + offset);
}

/** The beginning of a file: the place of what is not there. */
export const topOf = (file: string): Position => ({ file, line: 1, column: 1 });
