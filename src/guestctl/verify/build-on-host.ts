import { existsSync } from 'node:fs';
import type { Build } from '../../config/build.ts';
import type { Problem } from '../../config/problem.ts';
import { fuseRemedy, hasFuse } from '../../host/fuse-device.ts';
import { installRemedy } from '../../host/install-remedy.ts';
import { isMissing } from '../../host/is-root.ts';
import { missingSources } from '../../machine/bind-sources.ts';
import { missingPrograms } from '../../trees/build/missing-programs.ts';
import { verifyPublication } from './publication-on-host.ts';

/** Checks a build against this host. */
export const verifyBuildOnHost = (build: Build): Problem[] => [
  ...missingTreefile(build),
  ...missingPrograms(build),
  ...missingFuse(build),
  ...missingFiles(build),
  ...missingSources(build, ['BindReadOnly']),
  ...verifyPublication(build),
];

function missingTreefile({ recipe }: Build): Problem[] {
  if (recipe.kind !== 'treefile' || !isMissing(recipe.treefile)) return [];
  return [{ at: recipe.at, message: `${recipe.treefile} does not exist`, remedy: 'Correct the path' }];
}

function missingFuse({ recipe }: Build): Problem[] {
  if (recipe.kind !== 'treefile' || hasFuse()) return [];
  const message = 'This host has no /dev/fuse, which rpm-ostree needs to compose a tree';
  return [{ at: recipe.at, message, remedy: fuseRemedy }];
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
