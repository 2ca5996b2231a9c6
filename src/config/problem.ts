// lazy: QuickJS reads this file when one of its functions is called.
/** A place in a file: line and column count from 1; the column counts UTF-16 units. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A mistake in a guest file: its position, and a remedy if one is known. */
export interface Problem {
  readonly at: Position;
  readonly message: string;
  readonly remedy?: string;
  /** True if the file may not be read by this user, so that nothing is known of it. */
  readonly isForbidden?: true;
}

/** Returns the problems that are mistakes. Nothing is known of a file that only root may read. */
export const mistakesIn = (problems: readonly Problem[]): Problem[] =>
  problems.filter(({ isForbidden }) => !isForbidden);

/** Names a place in messages: FILE:LINE. */
export const placeText = ({ file, line }: Position): string => `${file}:${line}`;

export function formatProblem({ at, message, remedy }: Problem): string {
  return `${at.file}:${at.line}:${at.column}: ${message}${remedy ? `. ${remedy}` : ''}`;
}

/** Shortens text of the user for a message, without cutting a character in two. */
export const excerpt = (text: string): string =>
  text.length > 100 ? `${text.slice(0, 99).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
export const quoted = (text: string): string => `'${excerpt(text)}'`;
