import { existsSync } from 'node:fs';
import type { Build } from '../config/build.ts';
import { bindSource } from '../config/mounts.ts';
import type { Problem } from '../config/problem.ts';

/** What only this host can tell of a build. */
export const verifyBuildOnHost = (build: Build): Problem[] => [...programs(build), ...readable(build)];

function programs({ recipe }: Build): Problem[] {
  if (recipe.kind === 'treefile') {
    const { treefile, at } = recipe;
    if (!existsSync(treefile))
      return [{ at, message: `${treefile} does not exist`, remedy: 'Correct the path' }];
    return hasProgram('rpm-ostree')
      ? []
      : [{ at, message: 'There is no rpm-ostree on this host', remedy: 'Install it' }];
  }
  return recipe.commands.flatMap(({ words: [program = ''], at }) => {
    if (hasProgram(program)) return [];
    return [
      { at, message: `There is no ${program} on this host`, remedy: 'Install it, or correct the name' },
    ];
  });
}

/** Where programs are, as the commands see them: of the host there is /usr. */
const hasProgram = (name: string): boolean =>
  name.includes('/')
    ? existsSync(name)
    : ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'].some((place) =>
        existsSync(`${place}/${name}`),
      );

const readable = ({ values }: Build): Problem[] =>
  values
    .effective('Files', 'BindReadOnly')
    .map(({ value, at }) => ({ source: bindSource(value), at }))
    .filter(({ source }) => source.startsWith('/') && !existsSync(source))
    .map(({ source, at }) => ({
      at,
      message: `${source} does not exist on this host`,
      remedy: `Make it, or write -${source}`,
    }));
