// Chance that can be had again: all that a campaign draws follows from its seed.
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Random {
  /** At least 0 and less than 1. */
  number(): number;
  /** At least 0 and less than `limit`. */
  below(limit: number): number;
  /** One of these; those with a larger weight more often. */
  pick<T>(choices: readonly T[], weightOf?: (choice: T) => number): T;
}

/** What differs between the numbers given is drawn independently. */
export function randomFrom(...seed: readonly number[]): Random {
  // Mixed one by one, so that neighbours (seed 1, round 2; seed 2, round 1) have nothing in common.
  const mixed = seed.reduce(
    (before, one) => Math.imul(before ^ (one + 0x9e3779b9), 0x85ebca6b) ^ (before >>> 13),
    0,
  );
  const generator = xoroshiro128plus(mixed);
  const number = () => uniformFloat32(generator);
  return {
    number,
    below: (limit) => Math.floor(number() * limit),
    pick: (choices, weightOf = () => 1) => {
      const total = choices.reduce((sum, choice) => sum + weightOf(choice), 0);
      let rest = number() * total;
      const chosen = choices.find((choice) => {
        rest -= weightOf(choice);
        return rest < 0;
      });
      const picked = chosen ?? choices.at(-1);
      if (picked === undefined) throw new Error('There is nothing to pick from');
      return picked;
    },
  };
}
