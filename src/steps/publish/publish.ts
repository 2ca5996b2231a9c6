import { type Build, buildRepository } from '../../config/build.ts';
import type { Publication } from '../../config/publication.ts';
import { Failure } from '../../host/failure.ts';
import { buildUnit } from '../../host/systemctl.ts';
import type { Checksum } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import { hasCommit, readCommit } from '../../ostree/repository.ts';
import { takeSignatures } from '../../ostree/signatures.ts';
import type { Report } from '../../state/report.ts';
import { builtRef } from '../../trees/build/built-ref.ts';
import { rootOf } from '../../trees/build/commit-build.ts';
import { completeOffer, whileOffering } from '../offer/offer.ts';
import { OfferedRef } from '../offer/offered-ref.ts';
import { collectionOf, type SignedCommit, signAgain, signedCommit } from './commit.ts';
import { Signer } from './signer.ts';

/** Runs ostree-guest-publish@NAME.service: brings the last commit of a build into the repository that clients pull from. */
export async function publish(build: Build, report: Report): Promise<void> {
  const { publication, name, file } = build;
  if (!publication) throw new Failure(`${file} has no section [Publish]`, 'Add it: ostree-guests.build(5)');
  const built = readCommit(buildRepository(name), builtRef);
  if (built === undefined)
    throw new Failure(`The build '${name}' has made nothing yet`, `Run: systemctl start ${buildUnit(name)}`);
  await whileOffering(publication.repository, report, () => publishCommit(build, publication, built, report));
}

async function publishCommit(
  build: Build,
  publication: Publication,
  built: Checksum,
  report: Report,
): Promise<void> {
  const { repository, ref, deltas, keep, summary } = publication;
  const signer = await Signer.of(publication);
  const offering = new OfferedRef(repository, ref);
  const { current } = offering;
  const isNew = current === undefined || !(await hasTree(repository, current, build, built));
  if (isNew) {
    const collection = await collectionOf(repository);
    const commit = await signedCommit(build, built, { ref, parent: current, collection }, signer);
    const { checksum, version } = commit;
    offering.announce([{ checksum: built }, { checksum, version }]);
    report.step(`Publishing ${checksum.slice(0, 12)} as ${ref} in ${repository}`);
    await upload(repository, buildRepository(build.name), built, commit);
    await offering.offer({ checksum, version }, deltas, report);
  } else if (offering.keys !== signer.keys) {
    report.step(`Signing ${current.slice(0, 12)} with the present keys`);
    await signAgain(repository, current, signer, offering.keys);
  }
  offering.describe({ built, keys: signer.keys });
  await completeOffer(repository, [offering], { keep, summary: summary ? { signer } : undefined }, report);
  report.step(isNew ? 'Published' : 'Nothing new to publish');
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
  // If the two are one commit, the first may have brought signatures from elsewhere.
  takeSignatures(commit.repository, repository, commit.checksum);
}
