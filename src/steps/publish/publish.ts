import { existsSync, mkdirSync } from 'node:fs';
import { type Build, buildRepository } from '../../config/build.ts';
import type { Publication } from '../../config/publication.ts';
import { Failure } from '../../host/failure.ts';
import { lockOrWait, type Release } from '../../host/flock.ts';
import { buildUnit } from '../../host/systemctl.ts';
import { ownPartOf, whyNotArchive } from '../../ostree/archive.ts';
import type { Checksum } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import { hasCommit, holdCommit, readCommit } from '../../ostree/repository.ts';
import {
  type PublishedCommit,
  publishedDamage,
  readPublished,
  writePublished,
} from '../../state/published.ts';
import { complain, type Report } from '../../state/report.ts';
import { builtRef } from '../../trees/build/built-ref.ts';
import { rootOf } from '../../trees/build/commit-build.ts';
import { collectionOf, type SignedCommit, signedCommit } from './commit.ts';
import { announced, deltaBases, offered, removalOf, withCurrent } from './commit-history.ts';
import { signingOptions } from './signer.ts';
import { hasSummary, writeSummary } from './summary.ts';

/**
 * Runs ostree-guest-publish@NAME.service: brings the last commit of a build into the repository that clients pull from.
 * Clients find it by the ref and the summary, which are changed only when everything else is there. Clients do not see what an
 * interrupted run leaves; the next run completes it, and removes what is no longer needed.
 */
export async function publish(build: Build, report: Report): Promise<void> {
  const { publication, name, file } = build;
  if (!publication) throw new Failure(`${file} has no section [Publish]`, 'Add it: ostree-guests.build(5)');
  const built = readCommit(buildRepository(name), builtRef);
  if (built === undefined)
    throw new Failure(`The build '${name}' has made nothing yet`, `Run: systemctl start ${buildUnit(name)}`);
  const why = whyNotArchive(publication.repository);
  if (why) throw new Failure(why.message, why.remedy);
  const release = await lock(publication.repository, report);
  try {
    await publishCommit(build, publication, built, report);
  } finally {
    await release();
  }
}

async function publishCommit(
  build: Build,
  { repository, ref, gpgKey, deltas, keep, summary }: Publication,
  built: Checksum,
  report: Report,
): Promise<void> {
  await ensureArchive(repository);
  const signing = await signingOptions(gpgKey);
  const current = readCommit(repository, ref);
  const damage = publishedDamage(repository, ref);
  if (damage) complain(`${damage.message}. ${damage.remedy}`);
  const recorded = readPublished(repository, ref);
  let commits = withCurrent(recorded, current, Date.now());
  const record = (now: readonly PublishedCommit[]) => {
    commits = now;
    writePublished(repository, ref, commits);
  };
  const isNew = current === undefined || !(await hasTree(repository, current, build, built));
  if (isNew) {
    const collection = await collectionOf(repository);
    const commit = await signedCommit(build, built, { ref, parent: current, collection }, signing);
    record(announced(commits, [{ checksum: built }, { checksum: commit.checksum, version: commit.version }]));
    report.step(`Publishing ${commit.checksum.slice(0, 12)} as ${ref} in ${repository}`);
    await upload(repository, buildRepository(build.name), built, commit);
    await makeDeltas(repository, deltaBases(commits, commit.checksum, deltas), commit.checksum, report);
    await holdCommit(repository, ref, commit.checksum);
    commits = offered(commits, commit, Date.now());
  }
  // The record is written last, so after an interrupted run it differs, and the summary is made again.
  if (summary && (isNew || commits !== recorded || !hasSummary(repository)))
    await writeSummary(repository, signing);
  if (commits !== recorded) record(commits);

  const { leftovers, outdated } = removalOf(commits, keep, Date.now());
  if (outdated.length > 0) report.step(`Removing ${outdated.length} old commits`);
  await remove(repository, [...leftovers, ...outdated]);
  // The summary still lists the deltas of removed commits.
  if (summary && outdated.length > 0) await writeSummary(repository, signing);
  if (leftovers.length + outdated.length > 0)
    record(commits.filter(({ checksum }) => !leftovers.includes(checksum) && !outdated.includes(checksum)));
  report.step(isNew ? 'Published' : 'Nothing new to publish');
}

/** Waits until no other build publishes into this repository. */
async function lock(repository: string, report: Report): Promise<Release> {
  const own = ownPartOf(repository);
  mkdirSync(own, { recursive: true });
  return lockOrWait(`${own}/lock`, () =>
    report.step(`Waiting for another build that publishes into ${repository}`),
  );
}

async function ensureArchive(repository: string): Promise<void> {
  // `ostree init` writes this file last.
  if (existsSync(`${repository}/config`)) return;
  await ostree(`Cannot make ${repository}`, `--repo=${repository}`, 'init', '--mode=archive');
}

/** True if the published commit has the tree that the build made last. */
async function hasTree(
  repository: string,
  current: Checksum,
  build: Build,
  built: Checksum,
): Promise<boolean> {
  if (!hasCommit(repository, current)) return false;
  const [published, made] = [
    await rootOf(repository, current),
    await rootOf(buildRepository(build.name), built),
  ];
  return published === made;
}

/** Copies both commits into the repository. Clients do not see them yet: no ref leads to them. */
async function upload(
  repository: string,
  made: string,
  built: Checksum,
  commit: SignedCommit,
): Promise<void> {
  const what = `Cannot write to ${repository}`;
  await ostree(what, `--repo=${repository}`, 'pull-local', made, built);
  await ostree(what, `--repo=${repository}`, 'pull-local', commit.repository, commit.checksum);
}

async function makeDeltas(
  repository: string,
  bases: readonly Checksum[],
  to: Checksum,
  report: Report,
): Promise<void> {
  const here = `--repo=${repository}`;
  for (const from of bases.filter((commit) => hasCommit(repository, commit))) {
    report.step(`Making the static delta from ${from.slice(0, 12)}`);
    const ends = [`--from=${from}`, `--to=${to}`];
    await ostree(`Cannot make a static delta in ${repository}`, here, 'static-delta', 'generate', ...ends);
  }
  await ostree(`Cannot index static deltas in ${repository}`, here, 'static-delta', 'reindex');
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
