/** What guestctl prints to erase the line that shows its progress. */
const erased = '\r\x1b[K';

/** Returns what a terminal shows of the output of guestctl. */
export const shownText = (output: string): string =>
  output
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.split(erased).at(-1) ?? '')
    .join('\n');
