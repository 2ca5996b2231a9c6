// Compares texts by lines.

/** Above this many comparisons, lines between the first and the last change are not compared. */
const most = 4_000_000;

/** Returns all lines of both texts, each behind a space, a minus or a plus, as in a unified diff. */
export function lineDiff(before: string, after: string): string {
  const [a, b] = [linesOf(before), linesOf(after)];
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const changed = compared(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const same = (lines: readonly string[]) => lines.map((line) => ` ${line}\n`);
  return [...same(a.slice(0, head)), ...changed, ...same(a.slice(a.length - tail))].join('');
}

/** A line break ends a line, so that there is none after the last. */
const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

function compared(a: readonly string[], b: readonly string[]): string[] {
  if (a.length * b.length > most) return [...a.map((line) => `-${line}\n`), ...b.map((line) => `+${line}\n`)];
  const common = commonLengths(a, b);
  const at = (i: number, j: number): number => common[i * (b.length + 1) + j] ?? 0;
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(` ${a[i]}\n`);
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`-${a[i]}\n`);
      i += 1;
    } else {
      lines.push(`+${b[j]}\n`);
      j += 1;
    }
  }
  return lines;
}

/** Returns how many lines are common from line i of one and line j of the other on, in rows of i. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const [below = 0, right = 0, both = 0] = [
        common[(i + 1) * width + j],
        common[i * width + j + 1],
        common[(i + 1) * width + j + 1],
      ];
      common[i * width + j] = a[i] === b[j] ? both + 1 : Math.max(below, right);
    }
  return common;
}
