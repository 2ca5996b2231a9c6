import { existsSync } from 'node:fs';
import type { Build } from '../../config/build.ts';
import type { Problem } from '../../config/problem.ts';
import { installRemedy } from '../../host/install-remedy.ts';

/** Returns the programs of a build that this host does not have, among those that can be looked for. */
export function missingPrograms(
  { recipe }: Pick<Build, 'recipe'>,
  isVisible = (_: string) => true,
): Problem[] {
  const wanted =
    recipe.kind === 'treefile'
      ? [{ program: 'rpm-ostree', at: recipe.at }]
      : recipe.commands.map(({ words: [program = ''], at }) => ({ program, at }));
  return wanted
    .filter(({ program }) => isVisible(program) && !hasProgram(program))
    .map(({ program, at }) => ({
      at,
      message: `There is no ${program} on this host`,
      remedy: installRemedy(program),
    }));
}

/** Looks for programs as the commands of a build see them: only in /usr of the host. */
export const hasProgram = (name: string): boolean =>
  name.includes('/')
    ? existsSync(name)
    : ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'].some((place) =>
        existsSync(`${place}/${name}`),
      );
