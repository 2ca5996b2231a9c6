// lazy: QuickJS reads this file when one of its functions is called.
import type { Mirror } from '../../config/mirror.ts';
import { filesOfRemote } from '../../config/origin.ts';
import { literal, type Parts } from './unit-text.ts';
import { timerLines } from './update-timer.ts';
import { ownLines } from './verbatim-lines.ts';

/** Completes ostree-guest-mirror@.service with the repository, and with files that its sandbox does not have. */
export const mirrorService = (mirror: Mirror): Parts => {
  const { repository } = mirror;
  const readable = readablePlaces(mirror);
  return {
    unit: [
      `Description=${literal(mirror.description)}`,
      `RequiresMountsFor=${repository}`,
      ...ownLines(mirror, 'Unit'),
    ],
    service: [
      // The service says what is missing.
      `BindPaths=-${repository}`,
      ...(readable.length > 0 ? [`BindReadOnlyPaths=${readable.map((path) => `-${path}`).join(' ')}`] : []),
      ...ownLines(mirror, 'Service'),
    ],
  };
};

/** Completes ostree-guest-mirror@.timer. */
export const mirrorTimer = (mirror: Mirror): Parts => ({ timer: timerLines(mirror, 'Mirror') });

/** Returns keys, certificates and an upstream that are in files. /usr and most of /etc are there. */
function readablePlaces({ remote }: Mirror): string[] {
  const directories = [remote.url, remote.contentUrl].map(
    (url) => /^file:\/\/(\/[\w.@+,/-]+)$/.exec(url ?? '')?.[1],
  );
  return [...directories, ...filesOfRemote(remote)]
    .filter((path) => path !== undefined)
    .filter((path) => !/^\/(etc\/(?!ostree-guests\/)|usr\/(?!local\/))/.test(path));
}
