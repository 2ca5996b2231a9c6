import { existsSync } from 'node:fs';
import type { Build } from '../../config/build.ts';
import type { Problem } from '../../config/problem.ts';
import { fuseRemedy, hasFuse } from '../../host/fuse-device.ts';
import { installRemedy } from '../../host/install-remedy.ts';
import { missingSources } from '../../machine/bind-sources.ts';

/** Checks a build against this host. */
export const verifyBuildOnHost = (build: Build): Problem[] => [
  ...programs(build),
  ...missingFiles(build),
  ...missingSources(build, ['BindReadOnly']),
];

function programs({ recipe }: Build): Problem[] {
  if (recipe.kind === 'treefile') {
    const { treefile, at } = recipe;
    if (!existsSync(treefile))
      return [{ at, message: `${treefile} does not exist`, remedy: 'Correct the path' }];
    if (!hasProgram('rpm-ostree'))
      return [{ at, message: 'There is no rpm-ostree on this host', remedy: installRemedy('rpm-ostree') }];
    const message = 'This host has no /dev/fuse, which rpm-ostree needs to compose a tree';
    return hasFuse() ? [] : [{ at, message, remedy: fuseRemedy }];
  }
  return recipe.commands.flatMap(({ words: [program = ''], at }) => {
    if (hasProgram(program)) return [];
    return [{ at, message: `There is no ${program} on this host`, remedy: installRemedy(program) }];
  });
}

/** Checks files of the host that commands name as file:///usr/…, such as keys. */
function missingFiles({ recipe }: Build): Problem[] {
  if (recipe.kind === 'treefile') return [];
  return recipe.commands.flatMap(({ words, at }) =>
    words
      .flatMap((word) => /(?:^|=)file:\/\/(\/usr\/.+)/.exec(word)?.[1] ?? [])
      .filter((file) => !existsSync(file))
      .map((file) => ({ at, message: `${file} does not exist`, remedy: installRemedy(file) })),
  );
}

/** Looks for programs as the commands see them: only in /usr of the host. */
export const hasProgram = (name: string): boolean =>
  name.includes('/')
    ? existsSync(name)
    : ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'].some((place) =>
        existsSync(`${place}/${name}`),
      );
