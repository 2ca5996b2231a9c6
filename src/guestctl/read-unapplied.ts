// Reads what guests follow. Most files were not changed since they were applied: then their times are enough.
import { lstatSync, readdirSync, statSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { generatedDirectory, runtimeOf } from '../config/paths.ts';
import { searchPath } from '../config/search.ts';
import { readRegularFile, unlessMissing } from '../host/node-files.ts';
import { followedSince, readFollowed, treeOf } from '../state/followed.ts';
import { grouped } from './grouped.ts';
import { isOtherCommand, mainDropIn, nothingUnapplied, type Unapplied, unappliedUnits } from './unapplied.ts';

/** src/machine/nspawn/run-guest writes it: a hard link to what the generator had written. */
const startedFile = (guest: string): string => `${runtimeOf(guest)}/started.conf`;

/** Answers for any number of guests. Lists the directories that they share once. */
export class UnappliedReader {
  readonly #shared = newestOf(searchPath.nspawn);
  readonly #dropIns = dropInDirectories();
  #generated: ReadonlyMap<string, readonly string[]> | undefined;

  of(guest: Guest, isUp: boolean): Unapplied {
    const changed = this.#changed(guest);
    return { ...this.#ofUnits(guest, isUp, changed), update: isTreeUnapplied(guest, changed) };
  }

  #ofUnits(guest: Guest, isUp: boolean, changed: number): Omit<Unapplied, 'update'> {
    const main = `${generatedDirectory}/${mainDropIn(guest.name)}`;
    const written = statSync(main, { throwIfNoEntry: false });
    const started = isUp ? statSync(startedFile(guest.name), { throwIfNoEntry: false }) : undefined;
    if (!written || !isBefore(changed, written.mtimeMs)) return this.#compared(guest, started !== undefined);
    if (!started || started.ino === written.ino) return nothingUnapplied;
    const [before = '', now = ''] = [startedFile(guest.name), main].map((file) => readRegularFile(file));
    return { reload: false, reboot: isOtherCommand(before, now) };
  }

  /** Compares the units of a guest with what the generator has written. */
  #compared(guest: Guest, isStarted: boolean): Omit<Unapplied, 'update'> {
    this.#generated ??= generatedDirectories();
    const paths = (this.#generated.get(guest.name) ?? []).map((name) => `${name}/50-guest.conf`);
    const read = (path: string) => readRegularFile(`${generatedDirectory}/${path}`);
    return unappliedUnits(guest, {
      dropIns: new Map(paths.flatMap((path) => toPairs(path, read(path)))),
      started: isStarted ? readRegularFile(startedFile(guest.name)) : undefined,
    });
  }

  /** Returns when a file of a guest was last changed, in milliseconds since 1970. */
  #changed({ name, file }: Guest): number {
    const dropIns = ['guest.d', `${name}.guest.d`].map((entry) => this.#dropIns.get(entry) ?? 0);
    return Math.max(this.#shared, changeOf(file), ...dropIns);
  }
}

/** True if the last update followed another declaration of the tree. False if none has recorded what it followed. */
function isTreeUnapplied(guest: Guest, changed: number): boolean {
  const since = followedSince(guest.name);
  if (since === undefined || isBefore(changed, since)) return false;
  const followed = readFollowed(guest.name);
  return followed !== undefined && followed.tree !== treeOf(guest);
}

const toPairs = (path: string, text: string | undefined): [string, string][] =>
  text === undefined ? [] : [[path, text]];

/** True if a change is certainly older. A time in the future tells nothing: the clock was set back. */
const isBefore = (changed: number, time: number): boolean => changed < time && time <= Date.now();

/** Returns when a file or its link was last changed: its status, because a copy can keep an old time of modification. */
function changeOf(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  const target = stat.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : undefined;
  return Math.max(stat.ctimeMs, target?.ctimeMs ?? 0);
}

/** Returns when one of these directories, or something in it, was last changed. */
const newestOf = (directories: readonly string[]): number =>
  Math.max(
    0,
    ...directories.flatMap((directory) => [
      changeOf(directory),
      ...list(directory).map((entry) => changeOf(`${directory}/${entry}`)),
    ]),
  );

/** Returns when the drop-ins of guests were last changed, by the names of their directories. */
function dropInDirectories(): ReadonlyMap<string, number> {
  const changes = new Map<string, number>();
  for (const directory of searchPath.guests)
    for (const entry of list(directory).filter((one) => one.endsWith('guest.d')))
      changes.set(entry, Math.max(changes.get(entry) ?? 0, newestOf([`${directory}/${entry}`])));
  return changes;
}

/** Returns the names of directories with drop-ins by guest. */
const generatedDirectories = (): ReadonlyMap<string, readonly string[]> =>
  grouped(
    list(generatedDirectory).flatMap((name) => {
      const guest = /@([a-z0-9-]+)[._].*\.d$/.exec(name)?.[1];
      return guest === undefined ? [] : [[guest, name]];
    }),
  );

const list = (directory: string): string[] => unlessMissing(() => readdirSync(directory)) ?? [];
