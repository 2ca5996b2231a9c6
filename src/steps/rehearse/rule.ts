// Decides what a rehearsal is compared with, and what follows from its verdict. No side effects: rehearse.ts acts.
import type { Baseline } from '../../state/baseline.ts';
import type { Verdict } from '../assess/rule.ts';

/** Without a baseline, each failed unit counts, until a rehearsal of the running deployment shows that it fails there, too. */
export const measureOf = (known: Baseline | undefined): Baseline => known ?? { failedUnits: [] };

/**
 * Returns the failed units to look for in a rehearsal of the running deployment: they may fail only for lack of a network.
 * Undefined if failed units are not the reason of the verdict.
 */
export const suspects = (verdict: Verdict): readonly string[] | undefined =>
  verdict.kind === 'faulty' ? verdict.units : undefined;

/** Returns the measure of a second try. Undefined if one of the units works in the running deployment: the verdict stands. */
export const measureAgain = (
  units: readonly string[],
  usual: readonly string[] | undefined,
): Baseline | undefined =>
  usual && units.every((unit) => usual.includes(unit)) ? { failedUnits: usual } : undefined;

export type RehearsalConsequence =
  /** The guest may be switched. */
  | { readonly kind: 'pass' }
  /** The commit is not staged again, and no longer staged. */
  | { readonly kind: 'reject'; readonly fault: string; readonly reason: string; readonly unstages: boolean }
  /** Nothing is known of the commit. */
  | { readonly kind: 'fail'; readonly fault: string };

/** Decides what follows from the verdict on a rehearsed commit; `staged` is the commit that is staged now. */
export function consequenceOf(
  verdict: Verdict,
  candidate: string,
  staged: string | undefined,
): RehearsalConsequence {
  switch (verdict.kind) {
    case 'healthy':
      return { kind: 'pass' };
    case 'faulty': {
      const { fault } = verdict;
      return { kind: 'reject', fault, reason: `in its rehearsal, ${fault}`, unstages: staged === candidate };
    }
    case 'hindered':
      return { kind: 'fail', fault: `the host lacks something: ${verdict.lack}` };
    case 'stopped':
      return { kind: 'fail', fault: 'the machine was stopped' };
  }
}
