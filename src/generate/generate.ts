import type { Files } from '../config/files.ts';
import { loadAll, type SearchPath } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { type Generated, unitsOf, unitsOfBuild } from './units.ts';

/** Writes the units of all guests and builds, and answers what is wrong with those that cannot be made. */
export function generate(files: Files, output: string, path?: SearchPath): readonly Problem[] {
  const { guests, broken, builds, brokenBuilds } = loadAll(files, path);
  for (const guest of guests) writeUnits(files, output, unitsOf({ guest }));
  for (const guest of broken) writeUnits(files, output, unitsOf({ broken: guest }));
  for (const build of builds) writeUnits(files, output, unitsOfBuild(build));
  return [...broken, ...brokenBuilds].flatMap(({ problems }) => problems);
}

export function writeUnits(files: Files, output: string, units: readonly Generated[]): void {
  for (const generated of units) {
    const destination = `${output}/${generated.path}`;
    files.makeDirectory(destination.slice(0, destination.lastIndexOf('/')));
    if ('text' in generated) files.write(destination, generated.text);
    else files.link(generated.target, destination);
  }
}
