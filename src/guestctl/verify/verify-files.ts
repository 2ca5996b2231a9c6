import { isDeepStrictEqual } from 'node:util';
import type { CheckedBuild } from '../../config/build.ts';
import type { Checked, Guest } from '../../config/guest.ts';
import { loadAll, loadBuild, loadBuildFile, loadFile, loadGuest, loadGuests } from '../../config/load.ts';
import type { Problem } from '../../config/problem.ts';
import { unitsOfBuild } from '../../generator/further-units.ts';
import { unitsOf } from '../../generator/guest-units.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { bootUnit, buildUnit, guestUnit, timerUnit, updateUnit } from '../../host/systemctl.ts';
import { verifyBuildOnHost } from './build-on-host.ts';
import { verifyOnHost } from './on-host.ts';
import { sharedSysroot } from './shared-sysroot.ts';
import { verifyUnits } from './unit-check.ts';

export interface Verified {
  readonly name: string;
  readonly problems: readonly Problem[];
}

/** Checks guests and builds by their names or files, or all that are declared. */
export async function verify(targets: readonly string[]): Promise<Verified[]> {
  const checked = targets.length > 0 ? targets.flatMap(find) : all();
  const { guests } = loadGuests(nodeFiles);
  return Promise.all(checked.map((one) => verifyOne(one, guests)));
}

function all(): (Checked | CheckedBuild)[] {
  const { guests, broken, builds, brokenBuilds } = loadAll(nodeFiles);
  return [
    ...guests.map((guest) => ({ guest })),
    ...builds.map((build) => ({ build })),
    ...[...broken, ...brokenBuilds].map((one) => ({ broken: one })),
  ];
}

/** A guest and a build may have the same name; then both are meant. */
function find(target: string): (Checked | CheckedBuild)[] {
  if (target.endsWith('.build')) return [loadBuildFile(nodeFiles, target)];
  if (target.includes('/') || target.endsWith('.guest')) return [loadFile(nodeFiles, target)];
  const found = [loadGuest(nodeFiles, target), loadBuild(nodeFiles, target)].filter(
    (one) => one !== undefined,
  );
  if (found.length === 0)
    throw new Failure(`No guest '${target}' is declared`, 'A file is named with a slash: ./NAME.guest');
  return found;
}

/** What is wrong with its files is told together with what only the host can tell of the rest of them. */
async function verifyOne(checked: Checked | CheckedBuild, guests: readonly Guest[]): Promise<Verified> {
  const known = 'broken' in checked ? checked.broken : undefined;
  const rest = known?.rest?.();
  const [onHost, inUnits] =
    'build' in checked
      ? await ofBuild(checked)
      : 'guest' in checked
        ? await ofGuest(checked.guest, guests)
        : rest
          ? await ofGuest(rest, guests)
          : [[], []];
  const problems = known?.problems.slice() ?? [];
  for (const more of [onHost, inUnits])
    problems.push(...more.filter(({ at }) => !problems.some((problem) => isDeepStrictEqual(problem.at, at))));
  const name =
    'guest' in checked ? checked.guest.name : 'build' in checked ? checked.build.name : checked.broken.name;
  return { name, problems: inOrder(problems) };
}

/** By file, in the order in which the files came, and by their lines. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ at }) => at.file))];
  return problems.toSorted(
    (a, b) =>
      files.indexOf(a.at.file) - files.indexOf(b.at.file) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column,
  );
}

type Found = Promise<[onHost: Problem[], inUnits: Problem[]]>;

async function ofGuest(guest: Guest, guests: readonly Guest[]): Found {
  const units = [updateUnit, timerUnit, bootUnit, guestUnit].map((unit) => unit(guest.name));
  const [onHost, inUnits] = await Promise.all([
    verifyOnHost(guest),
    verifyUnits(guest, unitsOf({ guest }), units),
  ]);
  return [[...sharedSysroot(guest, guests), ...onHost], inUnits];
}

const ofBuild = async ({ build }: Extract<CheckedBuild, { build: unknown }>): Found => [
  verifyBuildOnHost(build),
  await verifyUnits(build, unitsOfBuild(build), [buildUnit(build.name)]),
];
