import { printable } from '../host/printable.ts';
import { terminal } from './stdout.ts';

/** The target of a text. Anything but a terminal gets no colours and full lines. */
export interface Screen {
  /** True to show all columns, without cutting anything off. */
  readonly wide: boolean;
  /** Column headers and the like. */
  readonly legend: boolean;
  /** In columns; `Infinity` for no limit. */
  readonly width: number;
  readonly paint: (style: Style, text: string) => string;
}

export type Style = 'bold' | 'dim' | 'good' | 'bad' | 'warn';

const codes: Readonly<Record<Style, number>> = { bold: 1, dim: 2, good: 32, bad: 31, warn: 33 };

/** Marks our own colours until the text has been escaped. Data cannot contain it, because it is random for each process. */
const mark = `\u{fdd0}${Math.random()}:`;

/** Prepares a text for a terminal: escapes control characters, and then adds our colours. */
export const rendered = (text: string): string => printable(text).replaceAll(mark, '\x1b[');

/** A pipe or a file. */
export const plain: Screen = { wide: false, legend: true, width: Infinity, paint: (_, text) => text };

export interface ScreenOptions {
  readonly wide?: boolean;
  readonly legend?: boolean;
}

/** Returns the screen of standard output. NO_COLOR: see no-color.org. */
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
