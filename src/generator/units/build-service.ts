import { type Build, filesOf } from '../../config/build.ts';
import { publishAfterwards } from './publish-service.ts';
import { literal, type Parts } from './unit-text.ts';
import { ownLines } from './verbatim-lines.ts';

/** Completes ostree-guest-build@.service, whose sandbox is the same for all builds. */
export const buildService = (build: Build): Parts => ({
  unit: [
    `Description=${literal(build.description)}`,
    ...ownLines(build, 'Unit'),
    ...(build.publication ? publishAfterwards(build) : []),
  ],
  service: [...filesAtHome(build), ...ownLines(build, 'Service')],
});

/** Returns directories of files that the build file names and the sandbox hides. */
function filesAtHome({ recipe }: Build): string[] {
  const directories = new Set(filesOf(recipe).map((file) => file.replace(/\/[^/]*$/, '')));
  const hidden = [...directories].filter((path) => /^\/(home|root|run\/user)\//.test(`${path}/`));
  return hidden.length > 0 ? [`BindReadOnlyPaths=${hidden.map((path) => `-${path}`).join(' ')}`] : [];
}
