// Reads what guests follow. Most files were not changed since they were applied: then their times are enough.
import { statSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { generatedDirectory, runtimeOf } from '../config/paths.ts';
import { type DeclarationKind, searchPath } from '../config/search.ts';
import { nodeFiles, readRegularFile } from '../host/node-files.ts';
import { followedSince, readFollowed, treeOf } from '../state/followed.ts';
import { NamedFiles } from '../trees/named-files.ts';
import { changeOf, dropInChanges, isBefore, newestOf } from './change-times.ts';
import { grouped } from './grouped.ts';
import { hasOtherCredentials } from './read-credentials.ts';
import { isOtherCommand, mainDropIn, nothingUnapplied, type Unapplied, unappliedUnits } from './unapplied.ts';

/** src/machine/nspawn/run-guest writes it: a hard link to what the generator had written. */
const startedFile = (guest: string): string => `${runtimeOf(guest)}/started.conf`;

/** Answers for any number of guests. Lists the directories that they share once. */
export class UnappliedReader {
  readonly #shared = newestOf(searchPath.nspawn);
  readonly #dropIns = dropInChanges(searchPath.guests);
  readonly #named = new NamedFiles();
  #generated: ReadonlyMap<string, readonly string[]> | undefined;

  of(guest: Guest, isUp: boolean): Unapplied {
    const changed = this.#changed(guest);
    const { reload, reboot } = this.#ofUnits(guest, isUp, changed);
    return {
      reload,
      update: this.#isTreeUnapplied(guest, changed),
      reboot: reboot || (isUp && hasOtherCredentials(guest)),
    };
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
    return Math.max(this.#shared, changeOf(file), this.#dropInsChanged('guest', name));
  }

  #dropInsChanged(kind: DeclarationKind, name: string): number {
    const entries = [`${kind}.d`, `${name}.${kind}.d`];
    return Math.max(...entries.map((entry) => this.#dropIns.get(entry) ?? 0));
  }

  /** True if the last update followed another declaration of the tree. False if none has recorded what it followed. */
  #isTreeUnapplied(guest: Guest, changed: number): boolean {
    const since = followedSince(guest.name);
    if (since === undefined) return false;
    if (isBefore(Math.max(changed, this.#namedChanged(guest)), since)) return false;
    const followed = readFollowed(guest.name);
    if (!followed) return false;
    if (followed.tree !== treeOf(guest)) return true;
    const named = followed.named === undefined ? undefined : this.#named.digest(guest);
    return named !== undefined && named !== followed.named;
  }

  /** Returns when the build of a guest, or a file of the host that is packed into its tree, was last changed. */
  #namedChanged(guest: Guest): number {
    const build = this.#named.build(guest);
    const dropIns = build ? this.#dropInsChanged('build', build.name) : 0;
    return Math.max(dropIns, ...this.#named.paths(guest).map(changeOf));
  }
}

const toPairs = (path: string, text: string | undefined): [string, string][] =>
  text === undefined ? [] : [[path, text]];

/** Returns the names of directories with drop-ins by guest. */
const generatedDirectories = (): ReadonlyMap<string, readonly string[]> =>
  grouped(
    nodeFiles.list(generatedDirectory).flatMap((name) => {
      const guest = /@([a-z0-9-]+)[._].*\.d$/.exec(name)?.[1];
      return guest === undefined ? [] : [[guest, name]];
    }),
  );
