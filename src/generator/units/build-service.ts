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

/** Returns what the build file names and the sandbox hides: with commands, all that is beside them. */
function filesAtHome({ recipe }: Build): string[] {
  const files = filesOf(recipe);
  const places = recipe.kind === 'layers' ? files : files.map((file) => file.replace(/\/[^/]*$/, ''));
  const hidden = [...new Set(places)].filter((path) => /^\/(home|root|run\/user)\//.test(`${path}/`));
  return hidden.length > 0 ? [`BindReadOnlyPaths=${hidden.map((path) => `-${path}`).join(' ')}`] : [];
}
