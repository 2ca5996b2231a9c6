// lazy: QuickJS reads this file when one of its functions is called.

import { wrongDeclarationName } from './declaration-name.ts';
import type { Broken } from './guest.ts';
import { stateDirectory } from './paths.ts';
import { topOf } from './positions.ts';
import type { Position, Problem } from './problem.ts';
import { type Publication, publicationOf, wrongPublication } from './publication.ts';
import { readSources, type SourceFile } from './read.ts';
import { besideFile } from './relative-path.ts';
import { splitQuoted, wordsOf } from './split-words.ts';
import { milliseconds } from './time-span.ts';
import type { Values } from './values.ts';

/** A build: the declaration of a tree that is made on this host, checked and with defaults. */
export interface Build {
  readonly name: string;
  /** The build file; its drop-ins are not named here. */
  readonly file: string;
  readonly description: string;
  readonly recipe: Recipe;
  /** The maximum age of a result that is used again, in milliseconds. */
  readonly maxAge: number;
  /** Options of systemd-nspawn(1): the environment, and read-only binds. */
  readonly options: readonly string[];
  readonly publication?: Publication;
  readonly values: Values;
}

/** Commands, each as its words, or a treefile of rpm-ostree. Paths are absolute. */
export type Recipe =
  | { readonly kind: 'commands'; readonly commands: readonly Command[] }
  | { readonly kind: 'treefile'; readonly treefile: string; readonly at: Position };

export interface Command {
  readonly words: readonly string[];
  readonly at: Position;
}

export type CheckedBuild = { readonly build: Build } | { readonly broken: Broken };

/** Returns the absolute paths of all files that a build file names, also of programs of the host. */
export const filesOf = (recipe: Recipe): string[] =>
  recipe.kind === 'treefile'
    ? [recipe.treefile]
    : recipe.commands.map(({ words: [program = ''] }) => program).filter((file) => file.startsWith('/'));

/** The directory of a build. It cannot be that of a guest: names of guests do not begin with a dot. */
export const buildDirectory = (name: string): string => `${stateDirectory}/.builds/${name}`;

/** The repository with the commits of a build, under one ref: src/trees/build/built-ref.ts. */
export const buildRepository = (name: string): string => `${buildDirectory(name)}/repo`;

/** Reads a build: `file` is its build file, `sources` are all its files in the order in which they apply. */
export function readBuild(
  name: string,
  file: string,
  sources: readonly SourceFile[],
  hostname: () => string,
): CheckedBuild {
  const { values, problems } = readSources(name, sources, hostname);
  const top = topOf(file);
  problems.unshift(...wrongDeclarationName('build', name, top));
  problems.push(...wrongRecipe(values, top), ...wrongPublication(values, top));
  return problems.length > 0
    ? { broken: { name, file, problems } }
    : { build: makeBuild(name, file, values) };
}

function wrongRecipe(values: Values, top: Position): Problem[] {
  const [command] = values.effective('Build', 'Command');
  const treefile = values.at('Build', 'Treefile');
  if (command && treefile) {
    const message = 'Command= and Treefile= exclude each other: a tree is made in one way';
    return [{ at: treefile, message, remedy: 'Remove one of them' }];
  }
  if (command || treefile) return [];
  const remedy = 'Say how the tree is made, such as: Command=mmdebstrap --variant=minbase trixie root';
  return [{ at: top, message: 'Command= is missing in [Build]', remedy }];
}

function makeBuild(name: string, file: string, values: Values): Build {
  const last = (key: string) => values.last('Build', key);
  const publication = publicationOf(values);
  return {
    name,
    file,
    values,
    description: last('Description') ?? `Build ${name}`,
    recipe: recipeOf(values),
    maxAge: milliseconds(last('MaxAgeSec') ?? '0'),
    options: [
      ...wordsOf(values.all('Exec', 'Environment'), splitQuoted).map((word) => `--setenv=${word}`),
      ...values.all('Files', 'BindReadOnly').map((value) => `--bind-ro=${value}`),
    ],
    ...(publication && { publication }),
  };
}

function recipeOf(values: Values): Recipe {
  const treefile = values.final('Build', 'Treefile');
  if (treefile)
    return { kind: 'treefile', treefile: besideFile(treefile.value, treefile.at), at: treefile.at };
  const commands = values.effective('Build', 'Command').map(({ value, at }) => {
    const [program = '', ...others] = wordsOf([value]);
    return { words: [besideFile(program, at), ...others], at };
  });
  return { kind: 'commands', commands };
}
