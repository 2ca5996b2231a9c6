import { existsSync } from 'node:fs';
import type { Build, Recipe } from '../../config/build.ts';
import type { Position, Problem } from '../../config/problem.ts';
import { installRemedy } from '../../host/install-remedy.ts';

/** Returns the programs of a build that this host does not have, among those that can be looked for. */
export function missingPrograms(
  { recipe }: Pick<Build, 'recipe'>,
  isVisible = (_: string) => true,
): Problem[] {
  return wantedPrograms(recipe)
    .filter(({ program }) => isVisible(program) && !hasProgram(program))
    .map(({ program, at }) => ({
      at,
      message: `There is no ${program} on this host`,
      remedy: installRemedy(program),
    }));
}

function wantedPrograms(recipe: Recipe): { readonly program: string; readonly at: Position }[] {
  switch (recipe.kind) {
    case 'treefile':
      return [{ program: 'rpm-ostree', at: recipe.at }];
    case 'commands':
      return recipe.commands.map(({ words: [program = ''], at }) => ({ program, at }));
    // The package manager is that of the base.
    case 'layers':
      return [];
  }
}

/** Looks for programs as the commands of a build see them: only in /usr of the host. */
export const hasProgram = (name: string): boolean =>
  name.includes('/')
    ? existsSync(name)
    : ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'].some((place) =>
        existsSync(`${place}/${name}`),
      );
