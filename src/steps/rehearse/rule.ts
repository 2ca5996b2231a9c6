// Decides what a rehearsal is compared with, and what follows from its verdict. No side effects: rehearse.ts acts.
import type { Baseline } from '../../state/baseline.ts';
import type { Verdict } from '../assess/rule.ts';

/**
 * Chooses the commit to rehearse: the one that is being staged, which the ref holds. If that was rejected, it is no longer being
 * staged, and the one before it is what the next start boots.
 */
export const candidateOf = <T>(
  held: T | undefined,
  isRejected: boolean,
  staged: T | undefined,
): T | undefined => (isRejected ? (staged ?? held) : held);

/** Without a baseline, each failed unit counts, until a rehearsal of the running deployment shows that it fails there, too. */
export const measureOf = (known: Baseline | undefined): Baseline => known ?? { failedUnits: [] };

/**
 * Returns the failed units to look for in a rehearsal of the running deployment: they may fail only for lack of a network.
 * Undefined if failed units are not the reason of the verdict.
 */
export const suspects = (verdict: Verdict): readonly string[] | undefined =>
  verdict.kind === 'faulty' ? verdict.units : undefined;

/** Returns the measure of a second try. Undefined if one of the units works in the running deployment: the verdict stands. */
export const measureAgain = (units: readonly string[], usual: readonly string[]): Baseline | undefined =>
  units.every((unit) => usual.includes(unit)) ? { failedUnits: usual } : undefined;

/** The running deployment did not come up in its rehearsal, so that nothing can be said of units that failed. */
export type RehearsalVerdict = Verdict | { readonly kind: 'incomparable'; readonly units: readonly string[] };

export type RehearsalConsequence =
  /** The guest may be switched. */
  | { readonly kind: 'pass' }
  /** The commit is not staged again, and no longer staged. */
  | { readonly kind: 'reject'; readonly fault: string; readonly reason: string; readonly unstages: boolean }
  /** Nothing is known of the commit. */
  | { readonly kind: 'fail'; readonly fault: string };

/** Decides what follows from the verdict on a rehearsed commit; `staged` is the commit that is staged now. */
export function consequenceOf(
  verdict: RehearsalVerdict,
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
    case 'incomparable': {
      const failed = `${verdict.units.join(' and ')} failed`;
      const unknown = 'whether they fail in the running deployment, too, is not known';
      return { kind: 'fail', fault: `${failed}, and ${unknown}: it did not come up in a rehearsal` };
    }
  }
}
