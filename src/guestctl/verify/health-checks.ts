import type { Guest } from '../../config/guest.ts';
import type { Problem } from '../../config/problem.ts';
import { wordsOf } from '../../config/split-words.ts';
import { unlessForbidden } from '../../host/is-root.ts';
import { kindInside } from '../../host/tree-files.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { readFollowed, treeOf } from '../../state/followed.ts';

/**
 * Finds health checks whose program the guest does not have. Looks into its default deployment, unless the guest file has
 * changed since: then the next tree may have the program.
 */
export const missingHealthChecks = (guest: Guest): Problem[] =>
  unlessForbidden(() => {
    const [deployment] = listDeployments(guest.sysroot);
    if (!deployment || readFollowed(guest.name)?.tree !== treeOf(guest)) return [];
    return missingIn(guest, (path) => kindInside(deployment.path, path) !== undefined);
  }) ?? [];

/** `has` tells whether a path is in the tree. */
export const missingIn = ({ values }: Pick<Guest, 'values'>, has: (path: string) => boolean): Problem[] =>
  values.effective('Update', 'HealthCheck').flatMap(({ value, at }) => {
    const [program = ''] = wordsOf([value]);
    if (placesOf(program).length === 0 || placesOf(program).some(has)) return [];
    const message = `HealthCheck= cannot run: there is no ${program} in the guest`;
    return [{ at, message, remedy: 'Correct the name, or add the program to the tree: [Packages] Install=' }];
  });

/** Returns the paths of a program in the tree; empty if it is outside of it, such as in /usr/local, /opt and /etc. */
function placesOf(program: string): string[] {
  if (!program.includes('/')) return ['/usr/bin', '/usr/sbin'].map((place) => `${place}/${program}`);
  return /^\/(usr\/(?!local\/)|bin\/|sbin\/)/.test(program) ? [program] : [];
}
