import { isDeepStrictEqual } from 'node:util';
import type { CheckedBuild } from '../config/build.ts';
import type { Checked } from '../config/guest.ts';
import { loadAll, loadBuild, loadBuildFile, loadFile, loadGuest } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { Failure } from '../failure.ts';
import { unitsOfBuild } from '../generate/further-units.ts';
import { unitsOf } from '../generate/units.ts';
import { bootUnit, buildUnit, guestUnit, timerUnit, updateUnit } from '../machine/systemctl.ts';
import { nodeFiles } from '../node-files.ts';
import { verifyBuildOnHost } from './build-on-host.ts';
import { verifyOnHost } from './on-host.ts';
import { verifyUnits } from './units.ts';

export interface Verified {
  readonly name: string;
  readonly problems: readonly Problem[];
}

/** Checks guests and builds by their names or files, or all that are declared. */
export async function verify(targets: readonly string[]): Promise<Verified[]> {
  const checked = targets.length > 0 ? targets.flatMap(find) : all();
  return Promise.all(checked.map(verifyOne));
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

async function verifyOne(checked: Checked | CheckedBuild): Promise<Verified> {
  if ('broken' in checked) return checked.broken;
  const [onHost, inUnits] = await ('guest' in checked ? ofGuest(checked) : ofBuild(checked));
  const further = inUnits.filter(({ at }) => !onHost.some((problem) => isDeepStrictEqual(problem.at, at)));
  const { name } = 'guest' in checked ? checked.guest : checked.build;
  return { name, problems: [...onHost, ...further].sort((a, b) => a.at.line - b.at.line) };
}

type Found = Promise<[onHost: Problem[], inUnits: Problem[]]>;

function ofGuest({ guest }: Extract<Checked, { guest: unknown }>): Found {
  const units = [updateUnit, timerUnit, bootUnit, guestUnit].map((unit) => unit(guest.name));
  return Promise.all([verifyOnHost(guest), verifyUnits(guest, unitsOf({ guest }), units)]);
}

const ofBuild = async ({ build }: Extract<CheckedBuild, { build: unknown }>): Found => [
  verifyBuildOnHost(build),
  await verifyUnits(build, unitsOfBuild(build), [buildUnit(build.name)]),
];
