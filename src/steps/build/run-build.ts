import { type Build, buildDirectory, buildRepository, type Command } from '../../config/build.ts';
import { type Position, placeText } from '../../config/problem.ts';
import { wallClock } from '../../host/clock.ts';
import { explain, Failure, messageOf } from '../../host/failure.ts';
import { shown } from '../../host/printable.ts';
import { endingWords } from '../../host/process.ts';
import { directoryInside } from '../../host/tree-files.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { type Checksum, checksumFrom } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import { finishPruning, pruneToRefs } from '../../ostree/pruning.ts';
import { deleteRefs, ensureRepository } from '../../ostree/repository.ts';
import { writeResult } from '../../state/build-result.ts';
import type { Report } from '../../state/report.ts';
import { dropFormerBases } from '../../trees/build/base.ts';
import { type Committed, keptParents } from '../../trees/build/commit-build.ts';
import { definitionOf } from '../../trees/build/result.ts';
import { layeredRef } from '../../trees/packages/make-layers.ts';
import { doJob } from '../../trees/treework/run.ts';
import { addPackages } from './add-packages.ts';
import { type BuildDirectories, makeBuildDirectories, runInside, workPlace } from './build-container.ts';

/** Runs ostree-guest-build@NAME.service: makes the tree, and commits it if it has changed. */
export async function runBuild(build: Build, report: Report): Promise<void> {
  const definition = definitionOf(build);
  const end = (result: { checksum: Checksum } | { failure: string }) =>
    writeResult(build.name, { definition, ended: wallClock(), ...result });
  const work = `${buildDirectory(build.name)}/work`;
  try {
    await removeTree(work);
    // In the mode of those of guests, so that they can link its objects.
    await ensureRepository(buildRepository(build.name), 'bare');
    await finishPruning(buildRepository(build.name), keptParents);
    await dropBases(build);
    const { checksum, isNew } = await make(build, work, report);
    end({ checksum: checksumFrom(checksum) });
    report.step(`${isNew ? 'Made' : 'Nothing new:'} ${checksum.slice(0, 12)}`);
  } catch (error) {
    end({ failure: explain(error) ?? messageOf(error) });
    throw error;
  } finally {
    await removeTree(work);
  }
}

/** Forgets what a build that has no Base= any more had made of one. */
async function dropBases({ name, recipe }: Build): Promise<void> {
  if (recipe.kind === 'layers') return;
  const repository = buildRepository(name);
  if (!(await dropFormerBases(repository))) return;
  await deleteRefs(repository, [layeredRef]);
  await pruneToRefs(repository, keptParents);
}

function make(build: Build, work: string, report: Report): Promise<Committed> {
  const { recipe } = build;
  if (recipe.kind === 'layers') return addPackages(build, recipe, report);
  const directories = makeBuildDirectories(work, `${buildDirectory(build.name)}/cache`);
  return recipe.kind === 'treefile'
    ? compose(build, directories, recipe, report)
    : runCommands(build, directories, recipe.commands, report);
}

async function runCommands(
  build: Build,
  directories: BuildDirectories,
  commands: readonly Command[],
  report: Report,
): Promise<Committed> {
  for (const { words, at } of commands) {
    report.step(`Running ${words.join(' ')}`);
    await mustRun(build, directories, words, at);
  }
  report.step('Committing it');
  return commit(build, directories, 'commitBuild', commands.at(-1)?.at);
}

/** Composes a tree with rpm-ostree, which makes the commit itself, in a repository of its own. */
async function compose(
  build: Build,
  directories: BuildDirectories,
  { treefile, at }: { treefile: string; at: Position },
  report: Report,
): Promise<Committed> {
  const place = `${directories.root}${workPlace}`;
  const what = 'Cannot make a repository for rpm-ostree';
  await ostree(what, 'init', `--repo=${place}/repo`, '--mode=archive');
  const options = [
    '--unified-core',
    `--repo=${workPlace}/repo`,
    '--cachedir=/var/cache/rpm-ostree',
    `--write-commitid-to=${workPlace}/commit`,
  ];
  directoryInside(directories.cache, 'rpm-ostree');
  report.step(`Running rpm-ostree compose tree ${treefile}`);
  await mustRun(build, directories, ['rpm-ostree', 'compose', 'tree', ...options, treefile], at);
  return commit(build, directories, 'commitComposed', at);
}

/** Commits the result of the container in a process that sees only this build. */
function commit(
  { name, file }: Build,
  directories: BuildDirectories,
  job: 'commitBuild' | 'commitComposed',
  at: Position | undefined,
): Promise<Committed> {
  const place = { name: `build-tree-${name}`, rooms: [buildDirectory(name)] };
  const input = { name, container: directories.root, workPlace };
  return doJob(`${at?.file ?? file}:${at?.line ?? 1}`, place, job, input);
}

async function mustRun(
  build: Build,
  directories: BuildDirectories,
  words: readonly string[],
  at: Position,
): Promise<void> {
  const finished = await runInside(build, directories, words);
  const { exitCode, stdout, stderr } = finished;
  if (exitCode === 0) return;
  const cause = lastWords(stderr) || lastWords(stdout) || 'it did not say why';
  throw new Failure(`${placeText(at)}: ${words[0]} failed (${endingWords(finished)}): ${shown(cause)}`);
}

/** Returns the last error message, or else the last line: lines after an error are often only clean-up. */
export function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const error = lines.findLast((line) => /^\s*(E: |(\S+: )?(error|fatal)\b)/i.test(line));
  return (error ?? lines.at(-1) ?? '').trim();
}
