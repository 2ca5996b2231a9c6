// lazy: QuickJS reads this file when one of its functions is called.
import { type CheckedBuild, readBuild } from '../config/build.ts';
import type { Files } from '../config/file-port.ts';
import { type CheckedMirror, readMirror } from '../config/mirror.ts';
import type { Problem } from '../config/problem.ts';
import { forEach } from '../config/read-each.ts';
import type { Listing } from '../config/search.ts';
import { unitsOfBuild, unitsOfMirror } from './further-units.ts';
import { writeUnits } from './write.ts';

/** Writes the units of all builds, and returns the problems of those with mistakes. */
export function generateBuilds(listing: Listing, files: Files, output: string): readonly Problem[] {
  const problems: Problem[] = [];
  forEach<CheckedBuild>(listing, 'build', readBuild, (checked) => {
    if ('broken' in checked) problems.push(...checked.broken.problems);
    else writeUnits(files, output, unitsOfBuild(checked.build));
  });
  return problems;
}

/** Writes the units of all mirrors, and returns the problems of those with mistakes. */
export function generateMirrors(listing: Listing, files: Files, output: string): readonly Problem[] {
  const problems: Problem[] = [];
  forEach<CheckedMirror>(listing, 'mirror', readMirror, (checked) => {
    if ('broken' in checked) problems.push(...checked.broken.problems);
    else writeUnits(files, output, unitsOfMirror(checked.mirror));
  });
  return problems;
}
