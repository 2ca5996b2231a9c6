// Decides what is done with the commits of a ref that clients pull. No side effects: offered-ref.ts acts.
import type { Checksum } from '../../ostree/names.ts';
import type { Published, PublishedCommit } from '../../state/published.ts';

/** How long a commit stays after the next one was published, in milliseconds: clients may still be pulling it. */
export const grace = 24 * 60 * 60_000;

/** Completes the record of a run that was cut off between moving the ref and recording it, and a record that was lost. */
export function withCurrent(
  commits: readonly PublishedCommit[],
  current: Checksum | undefined,
  now: number,
): readonly PublishedCommit[] {
  if (current === undefined) return commits;
  const recorded = commits.find(({ checksum }) => checksum === current);
  if (recorded?.since !== undefined) return commits;
  return offered(commits, { ...recorded, checksum: current }, now);
}

/** Records that the ref leads to a commit from now on. */
export const offered = (
  commits: readonly PublishedCommit[],
  commit: PublishedCommit,
  now: number,
): readonly PublishedCommit[] => [
  ...commits.filter(({ checksum }) => checksum !== commit.checksum),
  { ...commit, since: now },
];

/** Records commits before they get into the repository, so that the next run removes what a killed one leaves. */
export const announced = (
  commits: readonly PublishedCommit[],
  coming: readonly PublishedCommit[],
): readonly PublishedCommit[] => [
  ...commits,
  ...coming.filter(({ checksum }) => commits.every((one) => one.checksum !== checksum)),
];

/** Returns the commits to make static deltas from, the latest first. */
export const deltaBases = (
  commits: readonly PublishedCommit[],
  next: Checksum,
  count: number,
): readonly Checksum[] =>
  offeredCommits(commits)
    .map(({ checksum }) => checksum)
    .filter((checksum) => checksum !== next)
    .toReversed()
    .slice(0, count);

export interface CommitRemoval {
  /** Commits that no client was ever offered. */
  readonly leftovers: readonly Checksum[];
  /** Commits that clients were offered, and that are old enough. */
  readonly outdated: readonly Checksum[];
}

/** How long clients find a ref after it was dropped, in milliseconds. */
const farewell = 30 * grace;

/** When a ref that was dropped is removed, in milliseconds since 1970. */
export const endOfRef = (dropped: number): number => dropped + farewell;

/** A clock that jumps, or a mirror that rests, brings the end of a ref nearer by so much, in milliseconds. */
const longestGap = 7 * grace;

/** Returns since when a ref counts as dropped, in a run that finds that it is. */
export function droppedSince({ dropped, missed }: Omit<Published, 'commits'>, now: number): number {
  if (dropped === undefined) return now;
  const last = missed ?? dropped;
  const gap = Math.min(Math.max(now - last, 0), longestGap);
  return now - (last - dropped) - gap;
}

/**
 * Decides which commits to remove: leftovers, and all but the last `keep`, once the commit after them is old enough. Of a ref that was
 * dropped none stays in the end.
 */
export function removalOf({ commits, dropped }: Published, keep: number, now: number): CommitRemoval {
  const known = offeredCommits(commits);
  const isGone = dropped !== undefined && now - endOfRef(dropped) >= grace;
  const isOver = (index: number) => {
    const replaced = known[index + 1]?.since;
    return replaced !== undefined && now - replaced >= grace;
  };
  return {
    leftovers: commits.filter(({ since }) => since === undefined).map(({ checksum }) => checksum),
    outdated: known
      .filter((_, index) => isGone || (index < known.length - keep && isOver(index)))
      .map(({ checksum }) => checksum),
  };
}

/** The commits that clients were offered, the oldest first. */
export const offeredCommits = (commits: readonly PublishedCommit[]): readonly PublishedCommit[] =>
  commits.filter(({ since }) => since !== undefined);
