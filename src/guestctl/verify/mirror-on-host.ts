import { loadAll } from '../../config/load.ts';
import { type Mirror, mirrorPlace } from '../../config/mirror.ts';
import type { Problem } from '../../config/problem.ts';
import { unlessForbidden } from '../../host/is-root.ts';
import { nodeFiles } from '../../host/node-files.ts';
import type { Obstacle } from '../../ostree/archive.ts';
import { calendarProblems } from './calendars.ts';
import { wrongRepository } from './publication-on-host.ts';
import { verifyRemote } from './remote-on-host.ts';

/** Checks a mirror against this host. */
export async function verifyMirrorOnHost(mirror: Mirror): Promise<Problem[]> {
  return [
    ...wrongPlace(mirror),
    ...(await verifyRemote(mirror.remote, mirror, 'Mirror')),
    ...(await calendarProblems(mirror.values.effective('Mirror', 'OnCalendar'))),
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
