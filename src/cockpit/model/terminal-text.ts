/** What guestctl prints to erase the line that shows its progress. */
const erased = '\r\x1b[K';

/** How many characters are kept of the output of a command. */
const limit = 100_000;

/** Returns what a terminal shows of the output of guestctl. */
export const shownText = (output: string): string =>
  output
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.split(erased).at(-1) ?? '')
    .join('\n');

/**
 * Adds a piece of output to what is shown of those before, and keeps the end. An update may show its progress for hours:
 * what was erased is forgotten. A piece may end in the middle of what erases.
 */
export function shownSoFar(before: string, more: string): string {
  const lastLine = before.lastIndexOf('\n') + 1;
  const all = before.slice(0, lastLine) + shownText(before.slice(lastLine) + more);
  return all.length > limit ? all.slice(all.indexOf('\n', all.length - limit) + 1) : all;
}
