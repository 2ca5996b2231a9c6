import { type Build, type CheckedBuild, readBuild } from './build.ts';
import { mainFile, manySources, otherSource, readSource } from './drop-ins.ts';
import { type Broken, type Checked, type Guest, readGuest } from './guest.ts';
import { hostnameOf } from './hostname.ts';
import { type CheckedMirror, type Mirror, readMirror } from './mirror.ts';
import type { SourceFile } from './read.ts';
import { forEach, type Read, readOne } from './read-each.ts';
import { type DeclarationKind, Listing, type Reader, type SearchPath, searchPath } from './search.ts';
import { unreadable } from './unreadable.ts';

export interface DeclaredGuests {
  readonly guests: readonly Guest[];
  readonly broken: readonly Broken[];
}

export interface DeclaredBuilds {
  readonly builds: readonly Build[];
  readonly brokenBuilds: readonly Broken[];
}

interface DeclaredMirrors {
  readonly mirrors: readonly Mirror[];
  readonly brokenMirrors: readonly Broken[];
}

/** Everything that is declared. */
export type Declared = DeclaredGuests & DeclaredBuilds & DeclaredMirrors;

/** Reads all guests, sorted by name. A mistake in one does not affect others. */
export const loadGuests = (files: Reader, path: SearchPath = searchPath): DeclaredGuests =>
  allGuests(new Listing(files, path));

/** Reads all builds, sorted by name. */
export const loadBuilds = (files: Reader, path: SearchPath = searchPath): DeclaredBuilds =>
  allBuilds(new Listing(files, path));

/** Reads all mirrors, sorted by name. */
export const loadMirrors = (files: Reader, path: SearchPath = searchPath): DeclaredMirrors =>
  allMirrors(new Listing(files, path));

/** Reads everything that is declared, and lists each directory once. */
export function loadAll(files: Reader, path: SearchPath = searchPath): Declared {
  const listing = new Listing(files, path);
  return { ...allGuests(listing), ...allBuilds(listing), ...allMirrors(listing) };
}

function allGuests(listing: Listing): DeclaredGuests {
  const guests: Guest[] = [];
  const broken: Broken[] = [...listing.unreadable];
  forEach<Checked>(listing, 'guest', readGuest, (checked) => {
    if ('guest' in checked) guests.push(checked.guest);
    else broken.push(checked.broken);
  });
  return { guests, broken };
}

function allBuilds(listing: Listing): DeclaredBuilds {
  const [builds, brokenBuilds]: [Build[], Broken[]] = [[], []];
  forEach<CheckedBuild>(listing, 'build', readBuild, (checked) => {
    if ('build' in checked) builds.push(checked.build);
    else brokenBuilds.push(checked.broken);
  });
  return { builds, brokenBuilds };
}

function allMirrors(listing: Listing): DeclaredMirrors {
  const [mirrors, brokenMirrors]: [Mirror[], Broken[]] = [[], []];
  forEach<CheckedMirror>(listing, 'mirror', readMirror, (checked) => {
    if ('mirror' in checked) mirrors.push(checked.mirror);
    else brokenMirrors.push(checked.broken);
  });
  return { mirrors, brokenMirrors };
}

/** Reads one guest; undefined if it is not declared or masked. */
export const loadGuest = (files: Reader, name: string, path: SearchPath = searchPath): Checked | undefined =>
  load<Checked>(new Listing(files, path), 'guest', name, readGuest);

/** Reads one build; undefined if it is not declared or masked. */
export const loadBuild = (
  files: Reader,
  name: string,
  path: SearchPath = searchPath,
): CheckedBuild | undefined => load<CheckedBuild>(new Listing(files, path), 'build', name, readBuild);

/** Reads one mirror; undefined if it is not declared or masked. */
export const loadMirror = (
  files: Reader,
  name: string,
  path: SearchPath = searchPath,
): CheckedMirror | undefined => load<CheckedMirror>(new Listing(files, path), 'mirror', name, readMirror);

function load<T>(listing: Listing, kind: DeclarationKind, name: string, read: Read<T>) {
  const file = mainFile(listing, kind, name);
  return file === undefined ? undefined : readOne(listing, kind, name, file, read, manySources(listing));
}

/** Returns the files of a declaration in the order in which they apply; an empty list if it is not declared or masked. */
export function sourcesOf(
  files: Reader,
  kind: DeclarationKind,
  name: string,
  path: SearchPath = searchPath,
): readonly SourceFile[] {
  const listing = new Listing(files, path);
  const file = mainFile(listing, kind, name);
  const main =
    file === undefined ? undefined : (readSource(files, kind, file) ?? otherSource(listing, kind, name));
  return main?.text || main?.unreadable ? manySources(listing).around(main, name) : [];
}

/** Reads one guest from any file, without drop-ins. */
export const loadFile = (files: Reader, file: string): Checked =>
  loadAlone<Checked>(files, 'guest', file, readGuest);

/** Reads one build from any file, without drop-ins. */
export const loadBuildFile = (files: Reader, file: string): CheckedBuild =>
  loadAlone<CheckedBuild>(files, 'build', file, readBuild);

/** Reads one mirror from any file, without drop-ins. */
export const loadMirrorFile = (files: Reader, file: string): CheckedMirror =>
  loadAlone<CheckedMirror>(files, 'mirror', file, readMirror);

function loadAlone<T>(files: Reader, kind: DeclarationKind, file: string, read: Read<T>) {
  const name = baseOf(file, kind);
  const source = readSource(files, kind, file);
  if (!source) return { broken: unreadable(name, file, 'There is no such file') };
  if (source.unreadable) return { broken: { name, file, problems: [source.unreadable] } };
  return read(name, file, [source], () => hostnameOf(files));
}

const baseOf = (file: string, kind: DeclarationKind): string =>
  file.replace(/^.*\//, '').replace(new RegExp(`\\.${kind}$`), '');
