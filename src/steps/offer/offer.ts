// What all steps do that bring commits into a repository which clients pull from.
import { lockOrWait } from '../../host/flock.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { ownPartOf, requirePublishable } from '../../ostree/archive.ts';
import type { Checksum } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import { ensureRepository, hasCommit } from '../../ostree/repository.ts';
import { offeredElsewhere } from '../../state/published.ts';
import type { Report } from '../../state/report.ts';
import type { OfferedRef } from './offered-ref.ts';
import { hasSummary, type SummaryKind, writeSummary } from './summary.ts';

/** Makes the repository if it is missing, and runs work on it while nobody else writes to it. Clients need no lock. */
export async function whileOffering(
  repository: string,
  report: Report,
  work: () => Promise<void>,
): Promise<void> {
  requirePublishable(repository);
  const own = ownPartOf(repository);
  makeDirectories(own);
  const release = await lockOrWait(`${own}/lock`, () =>
    report.step(`Waiting for another service that writes to ${repository}`),
  );
  try {
    await ensureRepository(repository, 'archive');
    await work();
  } finally {
    await release();
  }
}

/** How the commits of a repository are offered. */
export interface OfferPolicy {
  /** How many commits of each ref stay. */
  readonly keep: number;
  /** Undefined if another program makes the summary. */
  readonly summary: SummaryKind | undefined;
}

/** Makes the summary after refs were moved, records them, and removes what no client needs any more. */
export async function completeOffer(
  repository: string,
  refs: readonly OfferedRef[],
  { keep, summary }: OfferPolicy,
  report: Report,
): Promise<void> {
  // The records are written last, so after an interrupted run they differ, and the summary is made again.
  if (summary && (refs.some(({ hasChanged }) => hasChanged) || !hasSummary(repository, summary)))
    await writeSummary(repository, summary);
  for (const ref of refs) ref.save();

  const removals = refs.map((ref) => ({ ref, ...ref.removal(keep) }));
  const outdated = removals.flatMap((removal) => removal.outdated);
  if (outdated.length > 0) report.step(`Removing ${outdated.length} old commits`);
  for (const { ref, leftovers, outdated: old } of removals) {
    const gone = [...leftovers, ...old];
    // Two refs may lead to one commit.
    const needed = offeredElsewhere(repository, ref.ref);
    await remove(
      repository,
      gone.filter((commit) => !needed.has(commit)),
    );
    ref.forget(gone);
  }
  // The summary still lists the deltas of removed commits.
  if (summary && outdated.length > 0) await writeSummary(repository, summary);
}

/** Removes commits with the deltas to them, and then the objects that no other commit has. */
async function remove(repository: string, commits: readonly Checksum[]): Promise<void> {
  const what = `Cannot remove old commits from ${repository}`;
  const here = `--repo=${repository}`;
  for (const commit of commits.filter((one) => hasCommit(repository, one)))
    await ostree(what, here, 'prune', `--delete-commit=${commit}`);
  // An interrupted run may have removed the commits, but not their objects.
  if (commits.length > 0) await ostree(what, here, 'prune');
}
