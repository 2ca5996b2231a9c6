// Templates of builds: build files that the package or the site ships, for `guestctl create --build`.
import type { Build } from '../config/build.ts';
import { loadBuild, loadBuilds } from '../config/load.ts';
import { nearest } from '../config/nearest.ts';
import type { Problem } from '../config/problem.ts';
import { templatePath } from '../config/search.ts';
import { Failure } from '../host/failure.ts';
import { nodeFiles } from '../host/node-files.ts';
import { verifyBuildOnHost } from './verify/build-on-host.ts';

export interface Template {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  /** The build of this name, if one is declared: create uses it and not the template. */
  readonly build: string | undefined;
  /** Why it cannot be built on this host, such as a missing program. */
  readonly problems: readonly Problem[];
}

/** Returns all templates, sorted by name. */
export async function listTemplates(): Promise<Template[]> {
  const { builds, brokenBuilds } = loadBuilds(nodeFiles, templatePath);
  const whole = builds.map(async (build) =>
    templateOf(build, build.description, await verifyBuildOnHost(build)),
  );
  return [
    ...(await Promise.all(whole)),
    ...brokenBuilds.map((broken) => templateOf(broken, 'has mistakes', broken.problems)),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const templateOf = (
  { name, file }: Pick<Build, 'name' | 'file'>,
  description: string,
  problems: readonly Problem[],
): Template => ({ name, description, file, problems, build: declaredBuild(name) });

/** Returns the file of the template to copy for a build; undefined if the build is declared already. */
export function templateFor(build: string): string | undefined {
  if (declaredBuild(build) !== undefined) return undefined;
  const template = loadBuild(nodeFiles, build, templatePath);
  if (template) return fileOf(template);
  const { builds, brokenBuilds } = loadBuilds(nodeFiles, templatePath);
  const names = [...builds, ...brokenBuilds].map(({ name }) => name).sort();
  const near = nearest(build, names);
  throw new Failure(
    `There is no build '${build}', and no template of this name`,
    near ? `Did you mean ${near}?` : 'List the templates: guestctl create --list-templates',
  );
}

function declaredBuild(name: string): string | undefined {
  const build = loadBuild(nodeFiles, name);
  return build && fileOf(build);
}

const fileOf = (checked: NonNullable<ReturnType<typeof loadBuild>>): string =>
  'build' in checked ? checked.build.file : checked.broken.file;
