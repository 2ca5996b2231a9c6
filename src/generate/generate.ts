import type { Files } from '../config/files.ts';
import { forAll, type SearchPath } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { type Generated, unitsOf, unitsOfBuild } from './units.ts';

/** Writes the units of all guests and builds, and answers what is wrong with those that cannot be made. */
export function generate(files: Files, output: string, path: SearchPath): readonly Problem[] {
  const problems: Problem[] = [];
  forAll(files, path, {
    guest(checked) {
      writeUnits(files, output, unitsOf(checked));
      if ('broken' in checked) problems.push(...checked.broken.problems);
    },
    build(checked) {
      if ('broken' in checked) problems.push(...checked.broken.problems);
      else writeUnits(files, output, unitsOfBuild(checked.build));
    },
  });
  return problems;
}

export function writeUnits(files: Files, output: string, units: readonly Generated[]): void {
  for (const generated of units) {
    const path = `${output}/${generated.path}`;
    if ('text' in generated) files.write(path, generated.text);
    else files.link(generated.target, path);
  }
}
