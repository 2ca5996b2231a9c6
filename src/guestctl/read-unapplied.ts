// Reads what guests follow. Most files were not changed since they were applied: then their times are enough.
import { lstatSync, readdirSync, statSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { searchPath } from '../config/search.ts';
import { readRegularFile, unlessMissing } from '../host/node-files.ts';
import { followedSince, readFollowed } from '../state/followed.ts';
import { isOtherCommand, mainDropIn, nothingUnapplied, type Unapplied, unapplied } from './unapplied.ts';

const generatorDirectory = '/run/systemd/generator';

/** src/machine/nspawn/run-guest writes it: a hard link to what the generator had written. */
const startedFile = (guest: string): string => `/run/ostree-guests/${guest}/started.conf`;

/** Answers for any number of guests. Lists the directories that they share once. */
export class UnappliedReader {
  readonly #shared = newestOf(searchPath.nspawn);
  readonly #dropIns = dropInDirectories();
  #generated: ReadonlyMap<string, readonly string[]> | undefined;

  of(guest: Guest, isUp: boolean): Unapplied {
    const main = `${generatorDirectory}/${mainDropIn(guest.name)}`;
    const written = statSync(main, { throwIfNoEntry: false });
    const started = isUp ? statSync(startedFile(guest.name), { throwIfNoEntry: false }) : undefined;
    const changed = this.#changed(guest);
    const isKnown = written !== undefined && isBefore(changed, written.mtimeMs);
    const isFollowed = isBefore(changed, followedSince(guest.name) ?? Number.POSITIVE_INFINITY);
    if (!isKnown || !isFollowed) return this.#compared(guest, started !== undefined);
    if (!started || started.ino === written.ino) return nothingUnapplied;
    const [before, now] = [startedFile(guest.name), main].map((file) => readRegularFile(file) ?? '');
    return { ...nothingUnapplied, reboot: isOtherCommand(before ?? '', now ?? '') };
  }

  /** Compares everything. */
  #compared(guest: Guest, isStarted: boolean): Unapplied {
    this.#generated ??= generatedDirectories();
    const paths = (this.#generated.get(guest.name) ?? []).map((name) => `${name}/50-guest.conf`);
    const read = (path: string) => readRegularFile(`${generatorDirectory}/${path}`);
    return unapplied(guest, {
      dropIns: new Map(paths.flatMap((path) => toPairs(path, read(path)))),
      followed: readFollowed(guest.name),
      started: isStarted ? readRegularFile(startedFile(guest.name)) : undefined,
    });
  }

  /** Returns when a file of a guest was last changed, in milliseconds since 1970. */
  #changed({ name, file }: Guest): number {
    const dropIns = ['guest.d', `${name}.guest.d`].map((entry) => this.#dropIns.get(entry) ?? 0);
    return Math.max(this.#shared, changeOf(file), ...dropIns);
  }
}

const toPairs = (path: string, text: string | undefined): [string, string][] =>
  text === undefined ? [] : [[path, text]];

/** True if a change is certainly older. A time in the future tells nothing: the clock was set back. */
const isBefore = (changed: number, time: number): boolean =>
  changed < time && (time === Number.POSITIVE_INFINITY || time <= Date.now());

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
function generatedDirectories(): ReadonlyMap<string, readonly string[]> {
  const ofGuest = new Map<string, string[]>();
  for (const name of list(generatorDirectory)) {
    const guest = /@([a-z0-9-]+)[._].*\.d$/.exec(name)?.[1];
    if (guest === undefined) continue;
    ofGuest.set(guest, [...(ofGuest.get(guest) ?? []), name]);
  }
  return ofGuest;
}

const list = (directory: string): string[] => unlessMissing(() => readdirSync(directory)) ?? [];
