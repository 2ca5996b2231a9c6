// lazy: QuickJS reads this file when one of its functions is called.
import { topOf } from './positions.ts';
import type { Problem } from './problem.ts';
import type { Demand, Rule } from './rules.ts';
import type { Values } from './values.ts';

/** Says what is missing, then what the rules find. What is missing is reported at the top of `file`. */
export function applyRules(
  rules: readonly Rule[],
  unmet: readonly Demand[],
  values: Values,
  file: string,
): Problem[] {
  const top = topOf(file);
  const set = new Set(values.settings.flatMap(({ section, key }) => [section, `${section}.${key}`]));
  const found = rules
    .filter(({ when }) => when.some((name) => set.has(name)))
    .map(({ sees, check }) => check(values.only(sees), top));
  return [
    ...unmet.map(({ missing }) => missing(values, top)),
    ...found.filter((problem) => problem !== undefined),
  ];
}
