import type { Files } from '../config/files.ts';
import type { Checked } from '../config/guest.ts';
import { loadGuests } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { unitsOf } from './units.ts';

/** Writes the units of all guests, and answers what is wrong with those that cannot be made. */
export function generate(files: Files, output: string, directories?: readonly string[]): readonly Problem[] {
  const { guests, broken } = loadGuests(files, directories);
  for (const guest of guests) writeUnits(files, output, { guest });
  for (const guest of broken) writeUnits(files, output, { broken: guest });
  return broken.flatMap(({ problems }) => problems);
}

export function writeUnits(files: Files, output: string, checked: Checked): void {
  for (const generated of unitsOf(checked)) {
    const path = `${output}/${generated.path}`;
    files.makeDirectory(path.slice(0, path.lastIndexOf('/')));
    if ('text' in generated) files.write(path, generated.text);
    else files.link(generated.target, path);
  }
}
