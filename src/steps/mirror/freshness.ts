// Decides whether an upstream holds something back. No side effects.
import type { PublishedCommit } from '../../state/published.ts';
import { offeredCommits } from '../offer/commit-history.ts';

/** A ref that has had nothing new for too long. */
export interface StaleRef {
  readonly ref: string;
  /** The age of its newest commit, in milliseconds. */
  readonly age: number;
}

/** A ref and its commits on record. */
export interface RefRecord {
  readonly ref: string;
  readonly commits: readonly PublishedCommit[];
}

/**
 * Returns the refs whose newest commit is older than `freshness`, in milliseconds; none if there is no limit. If the upstream went
 * back on purpose, the commit that it withdrew is the newest one.
 */
export const staleRefs = (
  records: readonly RefRecord[],
  freshness: number | undefined,
  now: number,
): StaleRef[] =>
  records.flatMap(({ ref, commits }) => {
    const ages = offeredCommits(commits).map((commit) => ageOf(commit, now));
    if (freshness === undefined || ages.length === 0) return [];
    const age = Math.min(...ages);
    return age > freshness ? [{ ref, age }] : [];
  });

/** The age of a commit. One that claims to be of the future is as old as it has been here. */
const ageOf = ({ made, since }: PublishedCommit, now: number): number =>
  now - Math.min(made ?? now, since ?? now);

/** For people: `debian/12 has had nothing new for 9 days`. */
export const staleWords = ({ ref, age }: StaleRef): string =>
  `${ref} has had nothing new for ${ageWords(age)}`;

function ageWords(age: number): string {
  const minutes = Math.floor(age / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}
