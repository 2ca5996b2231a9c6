import type { Files } from '../config/file-port.ts';
import { type Checked, readGuest } from '../config/guest.ts';
import type { Problem } from '../config/problem.ts';
import { forEach } from '../config/read-each.ts';
import { Listing, type SearchPath } from '../config/search.ts';
import { unitsOf } from './guest-units.ts';
import { generateBuilds, generateMirrors } from './other-units.ts';
import { writeUnits } from './write.ts';

/** Writes the units of all guests, builds and mirrors, and returns all problems. */
export function generate(files: Files, output: string, path: SearchPath): readonly Problem[] {
  const listing = new Listing(files, path);
  const problems = listing.unreadable.flatMap((broken) => broken.problems);
  forEach<Checked>(listing, 'guest', readGuest, (checked) => {
    writeUnits(files, output, unitsOf(checked));
    if ('broken' in checked) problems.push(...checked.broken.problems);
  });
  if (listing.mainFiles('build').size > 0) problems.push(...generateBuilds(listing, files, output));
  if (listing.mainFiles('mirror').size > 0) problems.push(...generateMirrors(listing, files, output));
  return problems;
}
