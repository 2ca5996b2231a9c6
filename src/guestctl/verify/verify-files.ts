import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Build } from '../../config/build.ts';
import type { Guest } from '../../config/guest.ts';
import {
  type Declared,
  type DeclaredGuests,
  loadAll,
  loadBuildFile,
  loadFile,
  loadMirrorFile,
} from '../../config/load.ts';
import type { Mirror } from '../../config/mirror.ts';
import { enabledDirectory } from '../../config/paths.ts';
import type { Problem } from '../../config/problem.ts';
import type { Reader } from '../../config/search.ts';
import { unitsOfBuild, unitsOfMirror } from '../../generator/further-units.ts';
import { unitsOf } from '../../generator/guest-units.ts';
import { Failure } from '../../host/failure.ts';
import { isRoot } from '../../host/is-root.ts';
import { nodeFiles } from '../../host/node-files.ts';
import {
  bootUnit,
  buildUnit,
  mirrorTimerUnit,
  mirrorUnit,
  timerUnit,
  updateUnit,
} from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { hasProgram } from '../../trees/build/missing-programs.ts';
import {
  type AnyChecked,
  type Declaration,
  declarationsNamed,
  declarationWithKind,
  loadDeclaration,
} from '../declaration.ts';
import { verifyBuildOnHost } from './build-on-host.ts';
import { missingHealthChecks } from './health-checks.ts';
import { maskedProblem } from './masked.ts';
import { verifyMirrorOnHost } from './mirror-on-host.ts';
import { missingUnits } from './missing-units.ts';
import { missingNotify } from './notify-programs.ts';
import { verifyOnHost } from './on-host.ts';
import { type PortUses, portUses, sharedPorts } from './shared-ports.ts';
import { GuestPlaces, sharedSysroot } from './shared-sysroot.ts';
import { verifyUnits, type WithUnits } from './unit-check.ts';

export interface Verified {
  readonly name: string;
  readonly problems: readonly Problem[];
}

/** Checks guests, builds and mirrors, by names or files. Default: all that are declared. */
export function verify(targets: readonly string[]): Promise<Verified[]> {
  const declared = loadAll(nodeFiles);
  return verifyChecked(targets.length > 0 ? targets.flatMap(find) : allOf(declared), declared, nodeFiles);
}

/** Checks a declaration as it is with these files, some of which are not in place yet. */
export function verifyPlanned(declaration: Declaration, files: Reader): Promise<Verified[]> {
  const { name, file } = declaration;
  const masked = { broken: { name, file, problems: [maskedProblem(declaration)] } };
  const checked = loadDeclaration(files, declaration) ?? masked;
  return verifyChecked([checked], loadAll(files), files);
}

async function verifyChecked(
  checked: readonly AnyChecked[],
  declared: Declared,
  files: Reader,
): Promise<Verified[]> {
  const whole = checked.map(wholeOf);
  const ofGuests = whole.map((one) => (one && 'guest' in one ? one.guest : undefined));
  const ofOthers = await Promise.all(whole.map((one) => (one ? verifyOther(one) : [])));
  const inUnits = await verifyUnits(whole.map((one) => one && withUnits(one)));
  const inNames = await missingUnits(ofGuests);
  const onHost = await verifyOnHost(ofGuests, files);
  const [uses, places] = [portUses(declared.guests), new GuestPlaces(declared)];
  return checked.map((one, index) => {
    const known = 'broken' in one ? one.broken.problems : [];
    const itself = whole[index] ? withoutAsking(whole[index], uses, places) : [];
    const asked = [onHost, ofOthers, inNames, inUnits].map((problems) => problems[index] ?? []);
    return { name: nameOf(one), problems: inOrder(onePerPlace(known, itself, ...asked)) };
  });
}

/** Checks declarations some of whose files are not in place yet. `all`: what is declared once they are. */
export async function verifyAllOnHost(
  { guests, broken, builds, brokenBuilds, mirrors, brokenMirrors }: Declared,
  all: DeclaredGuests,
  files: Reader,
): Promise<Problem[]> {
  const places = new GuestPlaces(all);
  const onHost = await verifyOnHost(guests, files);
  const found = guests.flatMap((guest, index) => [...sharedSysroot(guest, places), ...(onHost[index] ?? [])]);
  const ofBroken = [...broken, ...brokenBuilds, ...brokenMirrors].flatMap(({ problems }) => problems);
  const ofOthers = await Promise.all([...builds.map(verifyBuildOnHost), ...mirrors.map(verifyMirrorOnHost)]);
  return [...ofBroken, ...ofOthers.flat(), ...found];
}

type Whole = { readonly guest: Guest } | { readonly build: Build } | { readonly mirror: Mirror };

/** Returns what to check on the host. If a guest file has mistakes, the rest of it is checked. */
function wholeOf(checked: AnyChecked): Whole | undefined {
  if (!('broken' in checked)) return checked;
  const guest = checked.broken.rest?.();
  return guest && { guest };
}

function nameOf(checked: AnyChecked): string {
  if ('guest' in checked) return checked.guest.name;
  if ('build' in checked) return checked.build.name;
  return 'mirror' in checked ? checked.mirror.name : checked.broken.name;
}

function withUnits(one: Whole): WithUnits {
  if ('build' in one) {
    const { file, values, name } = one.build;
    return { file, values, generated: unitsOfBuild(one.build), units: [buildUnit(name)] };
  }
  if ('mirror' in one) {
    const { file, values, name } = one.mirror;
    const units = [mirrorUnit(name), mirrorTimerUnit(name)];
    return { file, values, generated: unitsOfMirror(one.mirror), units };
  }
  const { file, values, name } = one.guest;
  const generated = unitsOf({ guest: one.guest });
  // The other units are our templates, equal for all guests.
  const isOwn = (unit: string) =>
    generated.some(({ path }) => path.startsWith(`${unit}.d/`)) ||
    existsSync(`${enabledDirectory}/${unit}.d`);
  const units = [updateUnit, timerUnit, bootUnit, driver.unit].map((unit) => unit(name)).filter(isOwn);
  return { file, values, generated, units };
}

/** Checks a build or a mirror against this host. */
async function verifyOther(one: Whole): Promise<Problem[]> {
  if ('build' in one) return verifyBuildOnHost(one.build);
  return 'mirror' in one ? verifyMirrorOnHost(one.mirror) : [];
}

/** Checks of guests that start no program. */
function withoutAsking(one: Whole, uses: PortUses, places: GuestPlaces): Problem[] {
  if (!('guest' in one)) return [];
  return [
    ...sharedSysroot(one.guest, places),
    ...sharedPorts(one.guest, uses),
    ...missingHealthChecks(one.guest),
    ...missingNotify(one.guest, hasVisibleProgram),
  ];
}

/** Without root, a path may lead into a directory that only root can read. */
const hasVisibleProgram = (program: string): boolean =>
  hasProgram(program) || (!isRoot() && program.includes('/'));

/** Keeps one problem for each place: that of the first check, which is the most exact. */
function onePerPlace(...sources: readonly (readonly Problem[])[]): Problem[] {
  const problems: Problem[] = [];
  for (const more of sources)
    problems.push(...more.filter(({ at }) => !problems.some((problem) => isDeepStrictEqual(problem.at, at))));
  return problems;
}

const allOf = (declared: Declared): AnyChecked[] => [
  ...declared.guests.map((guest) => ({ guest })),
  ...declared.builds.map((build) => ({ build })),
  ...declared.mirrors.map((mirror) => ({ mirror })),
  ...[...declared.broken, ...declared.brokenBuilds, ...declared.brokenMirrors].map((one) => ({
    broken: one,
  })),
];

/** Finds guests, builds and mirrors of a name; all if they share it. Units and `./` in a file need the absolute path of the file. */
function find(target: string): AnyChecked[] {
  const named = existsSync(target) ? undefined : declarationWithKind(target);
  const declared = named && loadDeclaration(nodeFiles, named);
  if (declared) return [declared];
  if (target.endsWith('.build')) return [loadBuildFile(nodeFiles, resolve(target))];
  if (target.endsWith('.mirror')) return [loadMirrorFile(nodeFiles, resolve(target))];
  if (target.includes('/') || target.endsWith('.guest')) return [loadFile(nodeFiles, resolve(target))];
  const found = declarationsNamed(target)
    .map((one) => loadDeclaration(nodeFiles, one))
    .filter((one) => one !== undefined);
  if (found.length === 0)
    throw new Failure(
      `No guest, build or mirror '${target}' is declared`,
      target === '-'
        ? 'To check standard input as the file of a guest: guestctl verify NAME --from -'
        : 'To name a file, write a slash: ./NAME.guest',
    );
  return found;
}

/** Sorts problems by file, in the given order, and by line. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ at }) => at.file))];
  return problems.toSorted(
    (a, b) =>
      files.indexOf(a.at.file) - files.indexOf(b.at.file) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column,
  );
}
