// What is said of a handful of measurements: the middle one, and between what half of them lie.

/** The median and the quartiles. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  return { low: low ?? Number.NaN, median: median ?? Number.NaN, high: high ?? Number.NaN };
}

/** Of what was measured in the same round: what slowed the machine down then slowed both. */
export const ratiosOf = (ours: readonly number[], theirs: readonly number[]): number[] =>
  pairs(ours, theirs).map(([a, b]) => a / b);

export const differencesOf = (ours: readonly number[], theirs: readonly number[]): number[] =>
  pairs(ours, theirs).map(([a, b]) => a - b);

/** Of what is measured in parts: the sum for each round. */
export const sumsOf = (...parts: readonly (readonly number[])[]): number[] =>
  parts.reduce<readonly number[]>(
    (sums, part) => pairs(sums, part).map(([a, b]) => a + b),
    (parts[0] ?? []).map(() => 0),
  ) as number[];

function pairs(first: readonly number[], second: readonly number[]): [number, number][] {
  if (first.length !== second.length) throw new Error(`${first.length} rounds against ${second.length}`);
  return first.map((value, round) => [value, second[round] ?? Number.NaN]);
}

/** Between two values, what lies in proportion between them. */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) throw new Error('Nothing was measured');
  return below + (above - below) * (place % 1);
}
