import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type Build, buildDirectory, type Command } from '../config/build.ts';
import type { Position } from '../config/problem.ts';
import { explain, Failure } from '../failure.ts';
import { extract } from '../image/tar.ts';
import { dropSpecialFiles } from '../image/unpack.ts';
import { isDirectory } from '../layout/inside.ts';
import { forgetMachine, layOut } from '../layout/layout.ts';
import { ostree } from '../ostree/ostree.ts';
import type { Report } from '../update/report.ts';
import { type Committed, commitComposed, commitRoot, ensureRepository } from './commit.ts';
import { makeRooms, type Rooms, runInside, workPlace } from './container.ts';
import { definitionOf, writeResult } from './result.ts';

/** One run of ostree-guest-build@NAME.service: makes the tree, and commits it if it is not the same as before. */
export async function runBuild(build: Build, report: Report): Promise<void> {
  const definition = definitionOf(build);
  const end = (result: { checksum: string } | { failure: string }) =>
    writeResult(build.name, { definition, ended: Date.now(), ...result });
  const work = `${buildDirectory(build.name)}/work`;
  try {
    rmSync(work, { recursive: true, force: true });
    await ensureRepository(build.name);
    const { checksum, isNew } = await make(
      build,
      makeRooms(work, `${buildDirectory(build.name)}/cache`),
      report,
    );
    end({ checksum });
    report.step(`${isNew ? 'Made' : 'Nothing new:'} ${checksum.slice(0, 12)}`);
  } catch (error) {
    end({ failure: explain(error) ?? String((error as Error).message) });
    throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function make(build: Build, rooms: Rooms, report: Report): Promise<Committed> {
  const { recipe } = build;
  return recipe.kind === 'treefile'
    ? compose(build, rooms, recipe, report)
    : runCommands(build, rooms, recipe.commands, report);
}

async function runCommands(
  build: Build,
  rooms: Rooms,
  commands: readonly Command[],
  report: Report,
): Promise<Committed> {
  for (const { words, at } of commands) {
    report.step(`Running ${words.join(' ')}`);
    await mustRun(build, rooms, words, at);
  }
  const root = await findRoot(build, rooms, commands.at(-1)?.at);
  report.step('Committing it');
  dropSpecialFiles(root);
  forgetMachine(root);
  layOut(root);
  return commitRoot(build.name, root);
}

/** rpm-ostree commits by itself, a tree of the right layout, into a repository made for it. */
async function compose(
  build: Build,
  rooms: Rooms,
  { treefile, at }: { treefile: string; at: Position },
  report: Report,
): Promise<Committed> {
  const place = `${rooms.root}${workPlace}`;
  const what = 'Cannot make a repository for rpm-ostree';
  await ostree(what, 'init', `--repo=${place}/repo`, '--mode=archive');
  const options = [
    '--unified-core',
    `--repo=${workPlace}/repo`,
    '--cachedir=/var/cache/rpm-ostree',
    `--write-commitid-to=${workPlace}/commit`,
  ];
  mkdirSync(`${rooms.cache}/rpm-ostree`, { recursive: true });
  report.step(`Running rpm-ostree compose tree ${treefile}`);
  await mustRun(build, rooms, ['rpm-ostree', 'compose', 'tree', ...options, treefile], at);
  return commitComposed(build.name, `${place}/repo`, readFileSync(`${place}/commit`, 'utf8').trim());
}

async function mustRun(build: Build, rooms: Rooms, words: readonly string[], at: Position): Promise<void> {
  const { exitCode, stdout, stderr } = await runInside(build, rooms, words);
  if (exitCode === 0) return;
  const cause = lastWords(stderr) || lastWords(stdout) || 'it did not say why';
  throw new Failure(`${at.file}:${at.line}: ${words[0]} failed with status ${exitCode}: ${cause}`);
}

/** The last error that was told, or else the last line: what follows an error is often only the tidying up. */
export function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const error = lines.findLast((line) => /^\s*(E: |(\S+: )?(error|fatal)\b)/i.test(line));
  return (error ?? lines.at(-1) ?? '').trim();
}

/** The root directory that was left, or that of the archive that was. */
async function findRoot(build: Build, rooms: Rooms, at: Position | undefined): Promise<string> {
  const place = `${rooms.root}${workPlace}`;
  const names = readdirSync(place);
  const archive = names.find((name) => /^root\.tar(\.\w+)?$/.test(name));
  const root = names.includes('root') ? `${place}/root` : `${rooms.root}/unpacked`;
  if (!names.includes('root') && archive !== undefined) {
    mkdirSync(root);
    await extract(`${place}/${archive}`, root);
  }
  if (isDirectory(root) && existsSync(`${root}/usr`) && isDirectory(`${root}/etc`)) return root;
  const found = names.length > 0 ? names.slice(0, 5).join(', ') : 'nothing';
  const message = `${at?.file ?? build.file}:${at?.line ?? 1}: no root directory was made: in ${workPlace} there is ${found}`;
  throw new Failure(message, 'Leave a root directory named root there, or an archive named root.tar');
}
