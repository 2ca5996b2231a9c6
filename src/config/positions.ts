// lazy: QuickJS reads this file when one of its functions is called.
import { indentOf, type Line } from './line.ts';
import type { Position } from './problem.ts';

/** Returns the position of a character of a logical line. */
export function placeIn({ file, number, parts }: Line, offset: number): Position {
  const part = parts?.findLast(({ start }) => start <= offset) ?? { number, start: 0 };
  return { file, line: part.number, column: offset - part.start + 1 };
}

/** Returns the position of the key of an assignment. */
export const keyPlace = (line: Line): Position => placeIn(line, indentOf(line.text));

/** Returns the position of a character of its value. */
export function valuePlace(line: Line, offset: number): Position {
  const start = line.text.indexOf('=') + 1;
  return placeIn(line, start + indentOf(line.text.slice(start)) + offset);
}

/** The beginning of a file, where missing settings are reported. */
export const topOf = (file: string): Position => ({ file, line: 1, column: 1 });
