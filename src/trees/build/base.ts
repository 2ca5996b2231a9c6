import { type Build, buildDirectory, buildRepository, type Layers } from '../../config/build.ts';
import { placeOf } from '../../config/guest.ts';
import { runConfined, treeCapabilities } from '../../host/confined.ts';
import type { Checksum } from '../../ostree/names.ts';
import { reason } from '../../ostree/ostree.ts';
import { deleteRefs, fetchedCommit, hasCommit, remoteCommit, remoteRefs } from '../../ostree/repository.ts';
import type { Report } from '../../state/report.ts';
import { placesOf } from '../linking/link.ts';
import { notFetched } from '../ostree/fetch-failure.ts';
import { urlOf } from '../ostree/host-remotes.ts';
import { checked, type Puller, pullMetadataConfined } from '../ostree/pulling.ts';
import { configureRemote, findRemote } from '../ostree/remote.ts';

/**
 * Fetches the base of a build into the repository of the build, verifies it, and returns its commit. Refuses a commit that is older
 * than the last one: its signature may be right, and its holes are known.
 */
export async function fetchBase(build: Build, { base }: Layers, report: Report): Promise<Checksum> {
  const { remoteName, ref } = base;
  const puller = pullerOf(build, base);
  const { repository, rooms } = puller;
  const remote = findRemote(build, base, ['Build', 'Base']);
  const url = urlOf(remote.options);
  const readable = placesOf(remote.options);
  configureRemote(repository, remoteName, remote);
  const older = remoteCommit(repository, remoteName, ref);
  const looked = await pullMetadataConfined(readable, puller, base, older);
  if (looked.exitCode !== 0) throw notFetched(puller, base, url, reason(looked.stderr));
  const checksum = fetchedCommit(repository, remoteName, ref);
  await dropFormerBases(repository, `${remoteName}:${ref}`);
  if (hasCommit(repository, checksum)) return checksum;
  report.step(`Fetching ${checksum.slice(0, 12)} of ${ref} from ${url}`);
  const pulled = await runConfined(
    {
      name: `build-pull-${build.name}`,
      writable: rooms,
      readable,
      network: true,
      // The last one is for attributes such as security.ima.
      capabilities: [...treeCapabilities, 'CAP_SYS_ADMIN'],
      timeLimit: '6h',
      memory: '1G',
    },
    // Names the commit, because the remote's ref may have moved since.
    ['ostree', `--repo=${repository}`, 'pull', ...checked(url), remoteName, `${ref}@${checksum}`],
  );
  if (pulled.exitCode !== 0) throw notFetched(puller, base, url, reason(pulled.stderr));
  return checksum;
}

/** Drops the refs of other bases, which the build had before: they would keep those trees for ever. Returns true if there were any. */
export async function dropFormerBases(repository: string, base?: string): Promise<boolean> {
  const former = remoteRefs(repository).filter((ref) => ref !== base);
  await deleteRefs(repository, former);
  return former.length > 0;
}

function pullerOf(build: Build, { remote, remoteName, ref }: Layers['base']): Puller {
  const { name } = build;
  const repository = buildRepository(name);
  return {
    repository,
    rooms: [buildDirectory(name)],
    unit: `build-look-${name}`,
    place: remote ? placeOf(build, 'Remote', 'URL') : placeOf(build, 'Build', 'Base'),
    goingBack: `To go back to it all the same: ostree --repo=${repository} refs --delete ${remoteName}:${ref}`,
  };
}
