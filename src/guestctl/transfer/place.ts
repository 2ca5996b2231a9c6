// Where an imported or copied guest goes: checked before anything is written, and again before it is put in place.
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { Guest } from '../../config/guest.ts';
import { guestName, guestNameRule } from '../../config/guest-name.ts';
import { loadGuest, loadGuests, sourcesOf } from '../../config/load.ts';
import { buildFileOf, stateOf } from '../../config/paths.ts';
import { type Reader, searchPath } from '../../config/search.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { withPlanned } from '../planned-files.ts';
import { problemsText } from '../screens/problems.ts';
import { GuestPlaces, sharedSysroot } from '../verify/shared-sysroot.ts';
import type { DeclaredFile, Manifest } from './manifest.ts';

/** A file to write, unless it is there with the same text. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
  readonly secret: boolean;
}

export interface Plan {
  readonly guest: Guest;
  /** The guest file comes last: without it, the others have no effect. */
  readonly files: readonly NewFile[];
  /** Things that a person should know. */
  readonly notes: readonly string[];
}

/** Decides where a guest of this name goes. Fails if anything is in its way, or its files have mistakes. */
export function planFor(
  name: string,
  { files }: Pick<Manifest, 'files'>,
  otherName = 'another name with --as',
): Plan {
  const inTheWay = (message: string) =>
    new Failure(
      message,
      `Nothing was changed. Choose ${otherName}, or remove the other one: guestctl remove ${name}`,
    );
  if (!guestName.test(name))
    throw new Failure(`'${name}' cannot be a guest's name`, `A name is ${guestNameRule}`);
  const { mine, notes } = withoutKnownBuild(
    files.filter((file) => !isForAllHere(file)),
    name,
    nodeFiles,
  );
  const taken = mine.find(({ path, text }) => (nodeFiles.read(path) ?? text) !== text);
  if (taken) throw inTheWay(`${taken.path} exists already, with other content`);
  if (!mine.some(({ path }) => existsSync(path)) && loadGuest(nodeFiles, name))
    throw inTheWay(`${name} is declared already`);
  if (!isFree(stateOf(name))) throw inTheWay(`${stateOf(name)} exists already`);
  const known = withPlanned(new Map(mine.map(({ path, text }) => [path, text])));
  const checked = loadGuest(known, name);
  if (!checked) throw new Failure('The guest file in the archive is empty');
  if ('broken' in checked)
    throw new Failure(`The guest file has mistakes:\n${problemsText(checked.broken.problems, known)}`);
  const { guest } = checked;
  requireOwnBuild(files, guest);
  if (!isFree(guest.sysroot)) throw inTheWay(`${guest.sysroot} exists already`);
  const [shared] = sharedSysroot(guest, new GuestPlaces(loadGuests(nodeFiles)));
  if (shared) throw new Failure(shared.message, 'Nothing was changed');
  return { guest, files: mine, notes };
}

function isFree(directory: string): boolean {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  return stat === undefined || (stat.isDirectory() && readdirSync(directory).length === 0);
}

const directoryOf = ({ of }: Pick<DeclaredFile, 'of'>): string =>
  (of === 'nspawn' ? searchPath.nspawn : searchPath.guests)[0] ?? '';

/** Returns true for a drop-in for all guests that is one here, too. A copy for this guest would override later edits of it. */
const isForAllHere = ({ of, dropIn, shared, text }: DeclaredFile): boolean =>
  shared && nodeFiles.read(`${directoryOf({ of })}/${of}.d/${dropIn}`) === text;

function newFile({ of, name, dropIn, text, secret }: DeclaredFile, guest: string): NewFile {
  const directory = directoryOf({ of });
  const main = `${directory}/${of === 'build' ? name : guest}.${of}`;
  return { path: dropIn === undefined ? main : `${main}.d/${dropIn}`, text, secret };
}

/** A build that this host has already stays as it is, in whatever directory it is declared. */
export function withoutKnownBuild(
  files: Manifest['files'],
  guest: string,
  here: Reader,
): { readonly mine: NewFile[]; readonly notes: string[] } {
  const known = (name: string) => sourcesOf(here, 'build', name);
  const ordered = files
    .filter(({ of, name }) => of !== 'build' || known(name).length === 0)
    .toSorted((a, b) => rank(a) - rank(b));
  const notes = files
    .filter(({ of, dropIn }) => of === 'build' && dropIn === undefined)
    .flatMap(({ name, text }) => {
      const there = known(name).find(({ file }) => basename(file) === `${name}.build`);
      if (there === undefined)
        return [
          `The archive brings the build ${name}. Other guests can use it, too: read ${buildFileOf(name)}`,
        ];
      return there.text === text
        ? []
        : [`${there.file} exists, and differs from the one of the archive. It is not changed`];
    });
  return { mine: ordered.map((file) => newFile(file, guest)), notes };
}

/** A drop-in for another build would change the trees of other guests. */
export function requireOwnBuild(files: Manifest['files'], { origin }: Pick<Guest, 'origin'>): void {
  const builds = files.filter(({ of }) => of === 'build');
  const own = origin.kind === 'build' ? origin.build : undefined;
  const other = builds.find(({ name }) => name !== own);
  if (other)
    throw new Failure(
      `The archive has a file of the build ${other.name}, which is not its guest's`,
      'Nothing was changed',
    );
  if (builds.length > 0 && builds.filter(({ dropIn }) => dropIn === undefined).length !== 1)
    throw new Failure(`The archive must have one file of the build ${own}`, 'Nothing was changed');
}

/** A guest file makes a guest, and a build file a build, of all files before it. */
const rank = ({ of, dropIn }: DeclaredFile): number => (dropIn !== undefined ? 0 : of === 'guest' ? 2 : 1);
