import type { Files } from '../config/files.ts';
import type { Checked } from '../config/guest.ts';
import { loadGuests, type SearchPath } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { unitsOf } from './units.ts';

/** Writes the units of all guests, and answers what is wrong with those that cannot be made. */
export function generate(files: Files, output: string, path?: SearchPath): readonly Problem[] {
  const { guests, broken } = loadGuests(files, path);
  for (const guest of guests) writeUnits(files, output, { guest });
  for (const guest of broken) writeUnits(files, output, { broken: guest });
  return broken.flatMap(({ problems }) => problems);
}

export function writeUnits(files: Files, output: string, checked: Checked): void {
  for (const generated of unitsOf(checked)) {
    const destination = `${output}/${generated.path}`;
    files.makeDirectory(destination.slice(0, destination.lastIndexOf('/')));
    if ('text' in generated) files.write(destination, generated.text);
    else files.link(generated.target, destination);
  }
}
