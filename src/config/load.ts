import { type BrokenBuild, type Build, type CheckedBuild, readBuild } from './build.ts';
import type { Files } from './files.ts';
import { type Broken, type Checked, type Guest, readGuest } from './guest.ts';
import { type Source, topOf } from './read.ts';

/** Directories that are looked into; the first one that has a name wins, as for units. */
export interface SearchPath {
  /** For guest files, build files and their drop-ins. */
  readonly guests: readonly string[];
  /** For an admin's settings of the container: systemd.nspawn(5), ".nspawn File Discovery". */
  readonly nspawn: readonly string[];
}

export const searchPath: SearchPath = {
  guests: ['/etc/ostree-guests', '/run/ostree-guests', '/usr/lib/ostree-guests'],
  nspawn: ['/etc/systemd/nspawn', '/run/systemd/nspawn'],
};

type Reader = Pick<Files, 'list' | 'read'>;

export interface Declared {
  readonly guests: readonly Guest[];
  readonly broken: readonly Broken[];
}

export interface DeclaredBuilds {
  readonly builds: readonly Build[];
  readonly brokenBuilds: readonly BrokenBuild[];
}

/** Reads all guests, in the order of their names. One that is broken leaves the others alone. */
export const loadGuests = (files: Reader, path: SearchPath = searchPath): Declared =>
  new Loader(files, path).guests();

/** Reads all builds, in the same way. */
export const loadBuilds = (files: Reader, path: SearchPath = searchPath): DeclaredBuilds =>
  new Loader(files, path).builds();

/** Reads all that is declared, with no directory listed twice. */
export function loadAll(files: Reader, path: SearchPath = searchPath): Declared & DeclaredBuilds {
  const loader = new Loader(files, path);
  return { ...loader.guests(), ...loader.builds() };
}

/** One guest, by name; nothing where it is not declared or is masked. */
export function loadGuest(files: Reader, name: string, path: SearchPath = searchPath): Checked | undefined {
  return new Loader(files, path).guest(name);
}

/** One build, by name; nothing where it is not declared or is masked. */
export function loadBuild(
  files: Reader,
  name: string,
  path: SearchPath = searchPath,
): CheckedBuild | undefined {
  return new Loader(files, path).build(name);
}

/** The files that a guest is made of: its guest file, then its drop-ins; none where it is not declared or is masked. */
export function sourcesOf(files: Reader, name: string, path: SearchPath = searchPath): readonly Source[] {
  return new Loader(files, path).sources('guest', name);
}

/** One guest from a file anywhere, without drop-ins. */
export function loadFile(files: Reader, file: string): Checked {
  const name = baseOf(file, 'guest');
  const text = files.read(file);
  if (text === undefined) return { broken: unreadable(name, file, noSuchFile) };
  return readGuest(name, file, [{ kind: 'guest', file, text }], hostnameOf(files));
}

/** One build, in the same way. */
export function loadBuildFile(files: Reader, file: string): CheckedBuild {
  const name = baseOf(file, 'build');
  const text = files.read(file);
  if (text === undefined) return { broken: unreadable(name, file, noSuchFile) };
  return readBuild(name, file, [{ kind: 'build', file, text }], hostnameOf(files));
}

const baseOf = (file: string, kind: Kind): string =>
  file.replace(/^.*\//, '').replace(new RegExp(`\\.${kind}$`), '');
const noSuchFile = 'There is no such file';
const unreadable = (name: string, file: string, message: string): Broken & BrokenBuild => ({
  ...{ name, file, problems: [{ at: topOf(file), message }] },
});

const hostnameOf = (files: Reader): string => files.read('/proc/sys/kernel/hostname')?.trim() || 'localhost';

type Kind = 'guest' | 'build';

/** A directory and the names of what is in it, listed once for all guests. */
interface Directory {
  readonly path: string;
  readonly entries: ReadonlySet<string>;
}

class Loader {
  readonly #files: Reader;
  readonly #directories: readonly Directory[];
  readonly #nspawn: readonly Directory[];
  #hostname: string | undefined;
  readonly #common = new Map<Kind, ReadonlyMap<string, string>>();

  constructor(files: Reader, path: SearchPath) {
    const list = (directory: string): Directory => ({
      path: directory,
      entries: new Set(files.list(directory)),
    });
    this.#files = files;
    this.#directories = path.guests.map(list);
    this.#nspawn = path.nspawn.map(list);
  }

  guests(): Declared {
    const checked = this.#names('guest').map((name) => this.guest(name));
    return {
      guests: checked.flatMap((one) => (one && 'guest' in one ? [one.guest] : [])),
      broken: checked.flatMap((one) => (one && 'broken' in one ? [one.broken] : [])),
    };
  }

  builds(): DeclaredBuilds {
    const checked = this.#names('build').map((name) => this.build(name));
    return {
      builds: checked.flatMap((one) => (one && 'build' in one ? [one.build] : [])),
      brokenBuilds: checked.flatMap((one) => (one && 'broken' in one ? [one.broken] : [])),
    };
  }

  guest(name: string): Checked | undefined {
    return this.#load('guest', name, readGuest);
  }

  build(name: string): CheckedBuild | undefined {
    return this.#load('build', name, readBuild);
  }

  #names(kind: Kind): string[] {
    const suffix = `.${kind}`;
    const entries = this.#directories.flatMap((directory) => [...directory.entries]);
    const names = entries.filter((entry) => entry.endsWith(suffix) && !entry.startsWith('.'));
    return [...new Set(names.map((entry) => entry.slice(0, -suffix.length)))].sort();
  }

  #load<T>(
    kind: Kind,
    name: string,
    read: (name: string, file: string, sources: readonly Source[], hostname: string) => T,
  ): T | { broken: Broken & BrokenBuild } | undefined {
    const file = firstWith(this.#directories, `${name}.${kind}`);
    if (!file) return undefined;
    try {
      const sources = this.sources(kind, name);
      this.#hostname ??= hostnameOf(this.#files);
      return sources.length > 0 ? read(name, file, sources, this.#hostname) : undefined;
    } catch (error) {
      const message = `Cannot be read: ${error instanceof Error ? error.message : error}`;
      return { broken: unreadable(name, file, message) };
    }
  }

  /** nspawn's settings come first: of what can be there only once, the guest's counts. */
  sources(kind: Kind, name: string): Source[] {
    const main = firstWith(this.#directories, `${name}.${kind}`);
    // An empty file, or a link to /dev/null, masks the guest: systemd.unit(5).
    if (!main || !this.#files.read(main)) return [];
    const nspawn = kind === 'guest' ? firstWith(this.#nspawn, `${name}.nspawn`) : undefined;
    return [
      ...(nspawn ? [this.#source('nspawn', nspawn)] : []),
      ...[main, ...this.#dropIns(kind, name)].map((file) => this.#source(kind, file)),
    ];
  }

  #source(kind: Source['kind'], file: string): Source {
    return { kind, file, text: this.#files.read(file) ?? '' };
  }

  /** By file name, whichever directory they are in; of two with one name, the guest's own wins over the one for all. */
  #dropIns(kind: Kind, name: string): string[] {
    const common = this.#common.get(kind) ?? this.#dropInsIn(`${kind}.d`);
    this.#common.set(kind, common);
    const files = new Map([...common, ...this.#dropInsIn(`${name}.${kind}.d`)]);
    return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  }

  #dropInsIn(entry: string): Map<string, string> {
    const files = new Map<string, string>();
    for (const { path } of this.#directories.filter(({ entries }) => entries.has(entry))) {
      for (const file of this.#files.list(`${path}/${entry}`)) {
        if (file.endsWith('.conf') && !file.startsWith('.') && !files.has(file))
          files.set(file, `${path}/${entry}/${file}`);
      }
    }
    return files;
  }
}

function firstWith(directories: readonly Directory[], entry: string): string | undefined {
  const directory = directories.find(({ entries }) => entries.has(entry));
  return directory && `${directory.path}/${entry}`;
}
