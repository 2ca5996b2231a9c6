// Decides on a request to roll back. No side effects: ask-for-rollback.ts acts.
import type { Deployment } from '../../ostree/deployments.ts';
import type { Attempt } from '../../state/attempts.ts';

/** A deployment of the boot list, with the facts that the rule needs. */
export interface RollbackTarget extends Pick<Deployment, 'name' | 'checksum'> {
  /** Whether it was given up, even if that was forgiven since. */
  readonly hasFailed: boolean;
  readonly hasSnapshot: boolean;
}

export type OnWish<T extends RollbackTarget> =
  /** There is nothing to go back to. */
  | { readonly kind: 'refuse' }
  /** The snapshot of /var that was asked for is missing. */
  | { readonly kind: 'refuseVar'; readonly target: T }
  /** The next start boots it anyway, so an earlier request is dropped. */
  | { readonly kind: 'callOff'; readonly target: T }
  /** The next start makes it the default. The commit that is left may not be staged again. */
  | { readonly kind: 'ask'; readonly target: T; readonly rejects: boolean };

/**
 * Decides on a request for the named deployment, or for the previous one that has not failed. The boot list has the
 * default first.
 */
export function onWish<T extends RollbackTarget>(
  [current, ...others]: readonly T[],
  wanted: string | undefined,
  withVar: boolean,
): OnWish<T> {
  if (!current) return { kind: 'refuse' };
  const target =
    wanted === undefined
      ? others.find(({ hasFailed }) => !hasFailed)
      : [current, ...others].find(({ name }) => name === wanted);
  if (!target) return { kind: 'refuse' };
  if (target.name === current.name) return { kind: 'callOff', target };
  if (withVar && !target.hasSnapshot) return { kind: 'refuseVar', target };
  return { kind: 'ask', target, rejects: target.checksum !== current.checksum };
}

type HistoryLine = Pick<Attempt, 'action' | 'outcome' | 'to' | 'version'>;

/**
 * Returns true if the last trial of a commit failed, by the history of its guest. `guestctl forgive` lets updates try it again, with
 * a trial; a rollback has none.
 */
export const failedLast = (attempts: readonly HistoryLine[], checksum: string): boolean =>
  attempts.findLast((attempt) => attempt.to === checksum && isVerdict(attempt))?.outcome === 'failed';

/** Only an assessment says which version it judged. A lock that is refused, or a failed deployment, says nothing about a commit. */
const isVerdict = ({ action, outcome, version }: HistoryLine): boolean =>
  action === 'switch' && version !== undefined && (outcome === 'blessed' || outcome === 'failed');
