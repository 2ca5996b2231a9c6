import { type Build, type CheckedBuild, readBuild } from './build.ts';
import { mainFile, manySources, otherSource, readSource } from './drop-ins.ts';
import { type Broken, type Checked, type Guest, readGuest } from './guest.ts';
import { hostnameOf } from './hostname.ts';
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

/** Reads all guests, sorted by name. A mistake in one does not affect others. */
export const loadGuests = (files: Reader, path: SearchPath = searchPath): DeclaredGuests =>
  allGuests(new Listing(files, path));

/** Reads all builds, sorted by name. */
export const loadBuilds = (files: Reader, path: SearchPath = searchPath): DeclaredBuilds =>
  allBuilds(new Listing(files, path));

/** Reads all guests and builds, and lists each directory once. */
export function loadAll(files: Reader, path: SearchPath = searchPath): DeclaredGuests & DeclaredBuilds {
  const listing = new Listing(files, path);
  return { ...allGuests(listing), ...allBuilds(listing) };
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

/** Reads one guest; undefined if it is not declared or masked. */
export const loadGuest = (files: Reader, name: string, path: SearchPath = searchPath): Checked | undefined =>
  load<Checked>(new Listing(files, path), 'guest', name, readGuest);

/** Reads one build; undefined if it is not declared or masked. */
export const loadBuild = (
  files: Reader,
  name: string,
  path: SearchPath = searchPath,
): CheckedBuild | undefined => load<CheckedBuild>(new Listing(files, path), 'build', name, readBuild);

function load<T>(listing: Listing, kind: DeclarationKind, name: string, read: Read<T>) {
  const file = mainFile(listing, kind, name);
  return file === undefined ? undefined : readOne(listing, kind, name, file, read, manySources(listing));
}

/** Returns the files of a guest or a build in the order in which they apply; an empty list if it is not declared or masked. */
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

function loadAlone<T>(files: Reader, kind: DeclarationKind, file: string, read: Read<T>) {
  const name = baseOf(file, kind);
  const source = readSource(files, kind, file);
  if (!source) return { broken: unreadable(name, file, 'There is no such file') };
  if (source.unreadable) return { broken: { name, file, problems: [source.unreadable] } };
  return read(name, file, [source], () => hostnameOf(files));
}

const baseOf = (file: string, kind: DeclarationKind): string =>
  file.replace(/^.*\//, '').replace(new RegExp(`\\.${kind}$`), '');
