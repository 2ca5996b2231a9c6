// lazy: QuickJS reads this file when one of its functions is called.

import { noUrl, wrongRemote } from './cross-key-rules.ts';
import { wrongDeclarationName } from './declaration-name.ts';
import type { Broken } from './guest.ts';
import { filesOfRemote, type OstreeOrigin, ostreeOriginOf } from './origin.ts';
import { filesOfPackages, type Packages, packagesOf } from './packages.ts';
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

/** Commands, each as its words, a treefile of rpm-ostree, or packages over a base. Paths are absolute. */
export type Recipe =
  | { readonly kind: 'commands'; readonly commands: readonly Command[] }
  | { readonly kind: 'treefile'; readonly treefile: string; readonly at: Position }
  | Layers;

/** Packages that are added to a tree of an OSTree remote. */
export interface Layers {
  readonly kind: 'layers';
  readonly base: OstreeOrigin;
  readonly packages: Packages;
  readonly at: Position;
}

export interface Command {
  readonly words: readonly string[];
  readonly at: Position;
}

export type CheckedBuild = { readonly build: Build } | { readonly broken: Broken };

/** Returns the absolute paths of all files that a build file names, also of programs of the host. */
export function filesOf(recipe: Recipe): string[] {
  switch (recipe.kind) {
    case 'treefile':
      return [recipe.treefile];
    case 'layers':
      return [
        ...filesOfPackages(recipe.packages),
        ...(recipe.base.remote ? filesOfRemote(recipe.base.remote) : []),
      ];
    case 'commands':
      return recipe.commands
        .map(({ words: [program = ''] }) => program)
        .filter((file) => file.startsWith('/'));
  }
}

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
  const [first, second] = ways.flatMap((key) => values.final('Build', key) ?? []);
  if (!first) {
    const remedy = 'Say how the tree is made, such as: Command=mmdebstrap --variant=minbase trixie root';
    return [{ at: top, message: 'Command= is missing in [Build]', remedy }];
  }
  if (second) {
    const message = `${first.key}= and ${second.key}= exclude each other: a tree is made in one way`;
    return [{ at: second.at, message, remedy: 'Remove one of them' }];
  }
  return first.key === 'Base' ? wrongLayers(values, first.at, top) : sectionsOfLayers(values);
}

/** Each of these keys says how a tree is made. */
const ways = ['Command', 'Treefile', 'Base'];

function wrongLayers(values: Values, base: Position, top: Position): Problem[] {
  const unused = ['Exec', 'Files'].flatMap((section) => values.in(section).slice(0, 1));
  return [
    ...(packagesOf(values)
      ? []
      : [
          {
            at: base,
            message: 'Base= needs [Packages] with Install= or Remove=',
            remedy: 'Add it. To offer the tree as it is, declare a mirror: ostree-guests.mirror(5)',
          },
        ]),
    ...(values.has('Remote') && !values.final('Remote', 'URL') ? [noUrl(values, top)] : []),
    ...wrongRemote(values, 'Remote'),
    ...unused.map(({ at, section }) => ({
      at,
      message: `[${section}] is for Command= and Treefile=, not for Base=`,
      remedy: 'Remove it',
    })),
  ];
}

const sectionsOfLayers = (values: Values): Problem[] =>
  ['Remote', 'Packages']
    .flatMap((section) => values.in(section).slice(0, 1))
    .map(({ at, section }) => ({
      at,
      message: `[${section}] needs Base= in [Build]: packages are added to a tree of an OSTree remote`,
      remedy: 'Remove it, or replace Command= or Treefile= by Base=REMOTE:REF',
    }));

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
  const base = values.final('Build', 'Base');
  const packages = base && packagesOf(values);
  if (base && packages)
    return { kind: 'layers', base: ostreeOriginOf(base.value, values), packages, at: base.at };
  const treefile = values.final('Build', 'Treefile');
  if (treefile)
    return { kind: 'treefile', treefile: besideFile(treefile.value, treefile.at), at: treefile.at };
  const commands = values.effective('Build', 'Command').map(({ value, at }) => {
    const [program = '', ...others] = wordsOf([value]);
    return { words: [besideFile(program, at), ...others], at };
  });
  return { kind: 'commands', commands };
}
