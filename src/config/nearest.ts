/** Returns the word nearest to `wrong`, if one is near enough. */
export function nearest(wrong: string, words: readonly string[]): string | undefined {
  // No known word is that long.
  if (wrong.length > 64) return undefined;
  let best: string | undefined;
  let least = mistakes(wrong.length) + 1;
  for (const word of words) {
    const distance = editDistance(wrong.toLowerCase(), word.toLowerCase());
    if (distance < least && !isOpposite(wrong, word)) {
      best = word;
      least = distance;
    }
  }
  return best;
}

/** The number of letters that may be wrong: one, or two for words of six letters or more. */
const mistakes = (length: number): number => (length < 6 ? 1 : 2);

const opposites = [
  'Min Max',
  'Allow Deny',
  'Read Write',
  'Before After',
  'Success Failure',
  'Active Inactive',
];

/** True if one word is the negation of the other. */
const isOpposite = (one: string, other: string): boolean =>
  opposites.some((pair) => {
    const [a = '', b = ''] = pair.split(' ');
    return differ(one, other, a, b) || differ(other, one, a, b);
  });

const differ = (one: string, other: string, a: string, b: string): boolean =>
  one.includes(a) && !one.includes(b) && other.includes(b) && !other.includes(a);

/** Counts insertions, deletions, replacements and swaps of neighbours, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (before[j - 2] ?? i + j) + 1 : i + j;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
