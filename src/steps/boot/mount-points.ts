import { mkdirSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { isMount, mountPoint, varLinkOf } from '../../config/mounts.ts';
import { codeOf } from '../../host/failure.ts';
import { kindInside, placeInside } from '../../host/tree-files.ts';
import { writeFile } from '../../host/write-file.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { Report } from '../../state/report.ts';

/**
 * Copies mount points that are not in the tree: before a guest's root was read-only, nspawn created those of the guest file
 * in the deployment. A new deployment has none of them, and nspawn can no longer create them.
 */
export function keepMountPoints(
  { values }: Guest,
  next: Pick<Deployment, 'path'>,
  last: Pick<Deployment, 'path'> | undefined,
  report: Pick<Report, 'warn'>,
): void {
  if (last === undefined || last.path === next.path) return;
  for (const { section, key, value } of values.settings) {
    if (section !== 'Files' || !isMount(key) || value === '') continue;
    const point = mountPoint(key, value);
    if (varLinkOf(point) !== undefined || /^\/(etc|var|run|tmp|dev|sysroot)\//.test(point)) continue;
    const before = kindInside(last.path, point);
    if (before !== 'directory' && before !== 'file') continue;
    if (kindInside(next.path, point) !== undefined) continue;
    try {
      makePoint(placeInside(next.path, point), before);
    } catch (error) {
      report.warn(
        `${point} of ${key}= is not in the tree, and cannot be made there (${codeOf(error)}). Add it to the tree`,
      );
    }
  }
}

function makePoint(place: string, kind: 'directory' | 'file'): void {
  if (kind === 'directory') mkdirSync(place);
  else writeFile(place, '', { flag: 'wx' });
}
