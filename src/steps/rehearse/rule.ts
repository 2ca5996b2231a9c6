// Decides what a rehearsal is compared with, and what follows from its verdict. No side effects: rehearse.ts acts.
import type { Baseline } from '../../state/baseline.ts';
import { type Faulty, unhappyWords, type Verdict } from '../assess/rule.ts';

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

/** What a rehearsal of the running deployment found, which a candidate that is not healthy is compared with. */
export interface Reference {
  readonly verdict: Verdict;
  /** Undefined if it is not up, so that not all of them are known. */
  readonly failedUnits: readonly string[] | undefined;
}

/**
 * `incomparable`: the candidate is not healthy, but in a rehearsal the running deployment is not either, so that nothing can be
 * said of the candidate. With the fault of both.
 */
export type RehearsalVerdict =
  | Verdict
  | { readonly kind: 'incomparable'; readonly fault: string; readonly reference: string };

/** Rehearse the candidate once more, by this measure. */
type Again = { readonly kind: 'again'; readonly measure: Baseline };

/**
 * Decides what the fault of a candidate is worth. A rehearsal has no network, and the host may be slow: what goes wrong in the
 * running deployment as well says nothing of the candidate.
 */
export function compare(found: Faulty, { verdict, failedUnits: usual }: Reference): RehearsalVerdict | Again {
  const incomparable = (reference: string) =>
    ({ kind: 'incomparable', fault: found.fault, reference }) as const;
  if (!found.units) return verdict.kind === 'healthy' ? found : incomparable(unhappyWords(verdict));
  if (!usual) return incomparable(verdict.kind === 'healthy' ? unanswered : unhappyWords(verdict));
  return found.units.every((unit) => usual.includes(unit))
    ? { kind: 'again', measure: { failedUnits: usual } }
    : found;
}

const unanswered = 'it did not say which units failed';

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
    case 'stopped':
      return { kind: 'fail', fault: unhappyWords(verdict) };
    case 'incomparable': {
      const unknown =
        'Whether the update is at fault is not known, because in a rehearsal of the running deployment';
      return { kind: 'fail', fault: `${verdict.fault}. ${unknown}, ${verdict.reference}` };
    }
  }
}
