import { type Build, type CheckedBuild, readBuild } from './build.ts';
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
  readonly brokenBuilds: readonly Broken[];
}

/** Reads all guests, in the order of their names. One that is broken leaves the others alone. */
export const loadGuests = (files: Reader, path: SearchPath = searchPath): Declared =>
  allGuests(new Loader(files, path));

/** Reads all builds, in the same way. */
export const loadBuilds = (files: Reader, path: SearchPath = searchPath): DeclaredBuilds =>
  allBuilds(new Loader(files, path));

/** Reads all that is declared, with no directory listed twice. */
export function loadAll(files: Reader, path: SearchPath = searchPath): Declared & DeclaredBuilds {
  const loader = new Loader(files, path);
  return { ...allGuests(loader), ...allBuilds(loader) };
}

/** The same one by one: thousands of them are never in memory together. */
export function forAll(
  files: Reader,
  path: SearchPath,
  use: { guest(checked: Checked): void; build(checked: CheckedBuild): void },
): void {
  const loader = new Loader(files, path);
  loader.guests(use.guest);
  loader.builds(use.build);
}

function allGuests(loader: Loader): Declared {
  const [guests, broken]: [Guest[], Broken[]] = [[], []];
  loader.guests((checked) => {
    if ('guest' in checked) guests.push(checked.guest);
    else broken.push(checked.broken);
  });
  return { guests, broken };
}

function allBuilds(loader: Loader): DeclaredBuilds {
  const [builds, brokenBuilds]: [Build[], Broken[]] = [[], []];
  loader.builds((checked) => {
    if ('build' in checked) builds.push(checked.build);
    else brokenBuilds.push(checked.broken);
  });
  return { builds, brokenBuilds };
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

/** The files that a guest or a build is made of: its own, then its drop-ins; none where it is not declared or is masked. */
export function sourcesOf(
  files: Reader,
  kind: Kind,
  name: string,
  path: SearchPath = searchPath,
): readonly Source[] {
  return new Loader(files, path).sources(kind, name);
}

/** One guest from a file anywhere, without drop-ins. */
export const loadFile = (files: Reader, file: string): Checked =>
  loadAlone<Checked>(files, 'guest', file, readGuest);

/** One build, in the same way. */
export const loadBuildFile = (files: Reader, file: string): CheckedBuild =>
  loadAlone<CheckedBuild>(files, 'build', file, readBuild);

function loadAlone<T>(files: Reader, kind: Kind, file: string, read: Read<T>): T | Unreadable {
  const name = baseOf(file, kind);
  const text = files.read(file);
  if (text === undefined) return { broken: unreadable(name, file, 'There is no such file') };
  return read(name, file, [{ kind, file, text }], () => hostnameOf(files));
}

const baseOf = (file: string, kind: Kind): string =>
  file.replace(/^.*\//, '').replace(new RegExp(`\\.${kind}$`), '');
const unreadable = (name: string, file: string, message: string): Broken => ({
  ...{ name, file, problems: [{ at: topOf(file), message }] },
});

const hostnameOf = (files: Reader): string => files.read('/proc/sys/kernel/hostname')?.trim() || 'localhost';

type Kind = 'guest' | 'build';

type Unreadable = { readonly broken: Broken };
type Read<T> = (name: string, file: string, sources: readonly Source[], hostname: () => string) => T;

/** A directory and the names of what is in it, listed once for all guests. */
interface Directory {
  readonly path: string;
  readonly entries: ReadonlySet<string>;
}

class Loader {
  readonly #files: Reader;
  readonly #directories: readonly Directory[];
  readonly #nspawn: readonly Directory[];
  #knownHostname: string | undefined;
  readonly #common = new Map<Kind, ReadonlyMap<string, string>>();
  readonly #read = new Map<string, Source>();

  constructor(files: Reader, path: SearchPath) {
    const list = (directory: string): Directory => ({
      path: directory,
      entries: new Set(files.list(directory)),
    });
    this.#files = files;
    this.#directories = path.guests.map(list);
    this.#nspawn = path.nspawn.map(list);
  }

  guests(use: (checked: Checked) => void): void {
    this.#all<Checked>('guest', readGuest, use);
  }

  builds(use: (checked: CheckedBuild) => void): void {
    this.#all<CheckedBuild>('build', readBuild, use);
  }

  guest(name: string): Checked | undefined {
    return this.#load('guest', name, readGuest);
  }

  build(name: string): CheckedBuild | undefined {
    return this.#load('build', name, readBuild);
  }

  #all<T>(kind: Kind, read: Read<T>, use: (checked: T | Unreadable) => void): void {
    const suffix = `.${kind}`;
    const names = new Set<string>();
    for (const { entries } of this.#directories)
      for (const entry of entries)
        if (entry.endsWith(suffix) && !entry.startsWith('.')) names.add(entry.slice(0, -suffix.length));
    for (const name of [...names].sort()) {
      const checked = this.#load(kind, name, read);
      if (checked) use(checked);
    }
  }

  #load<T>(kind: Kind, name: string, read: Read<T>): T | Unreadable | undefined {
    try {
      const sources = this.sources(kind, name);
      const main = sources.find((source) => source.kind === kind);
      return main && read(name, main.file, sources, this.#hostname);
    } catch (error) {
      const message = `Cannot be read: ${error instanceof Error ? error.message : error}`;
      return { broken: unreadable(name, firstWith(this.#directories, `${name}.${kind}`) ?? name, message) };
    }
  }

  /** nspawn's settings come first: of what can be there only once, the guest's counts. */
  sources(kind: Kind, name: string): Source[] {
    const main = firstWith(this.#directories, `${name}.${kind}`);
    const text = main && this.#files.read(main);
    // An empty file, or a link to /dev/null, masks the guest: systemd.unit(5).
    if (!text) return [];
    const nspawn = kind === 'guest' ? firstWith(this.#nspawn, `${name}.nspawn`) : undefined;
    const sources: Source[] = nspawn ? [this.#source('nspawn', nspawn)] : [];
    sources.push({ kind, file: main, text });
    return sources.concat(this.#dropIns(kind, name));
  }

  readonly #hostname = (): string => {
    this.#knownHostname ??= hostnameOf(this.#files);
    return this.#knownHostname;
  };

  #source(kind: Source['kind'], file: string): Source {
    return { kind, file, text: this.#files.read(file) ?? '' };
  }

  /** By file name, whichever directory they are in; of two with one name, the guest's own wins over the one for all. */
  #dropIns(kind: Kind, name: string): Source[] {
    const common = this.#common.get(kind) ?? this.#dropInsIn(`${kind}.d`);
    this.#common.set(kind, common);
    const own = this.#dropInsIn(`${name}.${kind}.d`);
    if (own.size === 0 && common.size === 0) return [];
    return [...new Map([...common, ...own])]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([entry, file]) => (own.has(entry) ? this.#source(kind, file) : this.#shared(kind, file)));
  }

  /** What is there for all is read once. */
  #shared(kind: Kind, file: string): Source {
    const source = this.#read.get(file) ?? this.#source(kind, file);
    this.#read.set(file, source);
    return source;
  }

  #dropInsIn(entry: string): Map<string, string> {
    const files = new Map<string, string>();
    for (const { path, entries } of this.#directories) {
      if (!entries.has(entry)) continue;
      for (const file of this.#files.list(`${path}/${entry}`)) {
        if (file.endsWith('.conf') && !file.startsWith('.') && !files.has(file))
          files.set(file, `${path}/${entry}/${file}`);
      }
    }
    return files;
  }
}

function firstWith(directories: readonly Directory[], entry: string): string | undefined {
  for (const { path, entries } of directories) if (entries.has(entry)) return `${path}/${entry}`;
  return undefined;
}
