import { loadAll } from '../../config/load.ts';
import { type Mirror, mirrorPlace } from '../../config/mirror.ts';
import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';
import { unlessForbidden } from '../../host/is-root.ts';
import { nodeFiles } from '../../host/node-files.ts';
import type { Obstacle } from '../../ostree/archive.ts';
import { missingRemoteFiles } from '../../trees/ostree/missing-remote-files.ts';
import { unsignedRemote } from '../../trees/ostree/unsigned.ts';
import { calendarProblems } from './calendars.ts';
import { ed25519Problems } from './on-host.ts';
import { wrongRepository } from './publication-on-host.ts';

/** Checks a mirror against this host. */
export async function verifyMirrorOnHost(mirror: Mirror): Promise<Problem[]> {
  const { values, file, remote } = mirror;
  const unsigned = unsignedRemote(remote, values, 'Mirror', topOf(file));
  return [
    ...wrongPlace(mirror),
    ...(unsigned ? [unsigned] : []),
    ...missingRemoteFiles(values, 'Mirror'),
    ...(await ed25519Problems(values, 'Mirror')),
    ...(await calendarProblems(values.effective('Mirror', 'OnCalendar'))),
  ];
}

function wrongPlace(mirror: Mirror): Problem[] {
  const { repository } = mirror;
  const wrong = sharedRepository(mirror) ?? unlessForbidden(() => wrongRepository(repository));
  return wrong ? [{ at: mirrorPlace(mirror, 'Repository'), ...wrong }] : [];
}

/** A mirror removes and replaces what others have in its repository, and makes its summary without a signature. */
function sharedRepository({ name, repository }: Mirror): Obstacle | undefined {
  const { builds, mirrors } = loadAll(nodeFiles);
  const other =
    builds.find(({ publication }) => publication?.repository === repository) ??
    mirrors.find((one) => one.name !== name && one.repository === repository);
  if (!other) return undefined;
  return {
    message: `${other.file} writes to ${repository}, too`,
    remedy: 'Give each a directory of its own',
  };
}
