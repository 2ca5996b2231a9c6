import { printable } from '../host/printable.ts';
import { terminal } from './stdout.ts';

/** What a text is laid out for. What is not a terminal gets no colours, and lines as long as they are. */
export interface Screen {
  /** Has everything been asked for, and nothing cut off? */
  readonly wide: boolean;
  /** Column headers and the like. */
  readonly legend: boolean;
  /** In columns; `Infinity` where it does not matter. */
  readonly width: number;
  readonly paint: (style: Style, text: string) => string;
}

export type Style = 'bold' | 'dim' | 'good' | 'bad' | 'warn';

const codes: Readonly<Record<Style, number>> = { bold: 1, dim: 2, good: 32, bad: 31, warn: 33 };

/** Begins our own colours until all the rest of a text is printable. Data cannot contain it, because it is new in each process. */
const mark = `\u{fdd0}${Math.random()}:`;

/** Makes a text ready for a terminal: whatever would act on it is escaped, and what was painted gets its colours. */
export const rendered = (text: string): string => printable(text).replaceAll(mark, '\x1b[');

/** As a pipe or a file gets it. */
export const plain: Screen = { wide: false, legend: true, width: Infinity, paint: (_, text) => text };

export interface ScreenOptions {
  readonly wide?: boolean;
  readonly legend?: boolean;
}

/** The screen behind standard output. NO_COLOR: see no-color.org. */
export function screenOf({ wide = false, legend = true }: ScreenOptions): Screen {
  const { env } = process;
  const out = terminal();
  if (!out) return { ...plain, wide, legend };
  const coloured = !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return {
    wide,
    legend,
    width: wide ? Infinity : out.columns || 80,
    paint: (style, text) => (coloured ? `${mark}${codes[style]}m${text}${mark}0m` : text),
  };
}
