import { existsSync } from 'node:fs';
import type { Build } from '../../config/build.ts';
import type { Problem } from '../../config/problem.ts';
import { fuseRemedy, hasFuse } from '../../host/fuse-device.ts';
import { installRemedy } from '../../host/install-remedy.ts';
import { isMissing } from '../../host/is-root.ts';
import { missingSources } from '../../machine/bind-sources.ts';
import { missingPrograms } from '../../trees/build/missing-programs.ts';
import { missingFiles } from '../../trees/packages/missing-files.ts';
import { verifyPublication } from './publication-on-host.ts';
import { missingRemote, verifyRemote } from './remote-on-host.ts';

/** Checks a build against this host. */
export const verifyBuildOnHost = async (build: Build): Promise<Problem[]> => [
  ...missingTreefile(build),
  ...missingPrograms(build),
  ...missingFuse(build),
  ...missingFilesOfCommands(build),
  ...missingSources(build, ['BindReadOnly']),
  ...(await verifyBase(build)),
  ...(await verifyPublication(build)),
];

/** Checks the remote of Base=, and the files of [Packages]. */
async function verifyBase(build: Build): Promise<Problem[]> {
  const { recipe, values } = build;
  if (recipe.kind !== 'layers') return [];
  const { remote } = recipe.base;
  return [
    ...missingRemote(recipe.base, recipe.at),
    ...(remote ? await verifyRemote(remote, build, 'Remote') : []),
    ...missingFiles({ values }),
  ];
}

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
function missingFilesOfCommands({ recipe }: Build): Problem[] {
  if (recipe.kind !== 'commands') return [];
  return recipe.commands.flatMap(({ words, at }) =>
    words
      .flatMap((word) => /(?:^|=)file:\/\/(\/usr\/.+)/.exec(word)?.[1] ?? [])
      .filter((file) => !existsSync(file))
      .map((file) => ({ at, message: `${file} does not exist`, remedy: installRemedy(file) })),
  );
}
