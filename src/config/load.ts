import type { Files } from './files.ts';
import { type Broken, type Checked, type Guest, readGuest, type Source } from './guest.ts';

/** Directories that are looked into; the first one that has a name wins, as for units. */
export interface SearchPath {
  /** For guest files and their drop-ins. */
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

/** Reads all guests, in the order of their names. One that is broken leaves the others alone. */
export function loadGuests(files: Reader, path: SearchPath = searchPath): Declared {
  const loader = new Loader(files, path);
  const checked = loader.names().map((name) => loader.load(name));
  return {
    guests: checked.flatMap((one) => (one && 'guest' in one ? [one.guest] : [])),
    broken: checked.flatMap((one) => (one && 'broken' in one ? [one.broken] : [])),
  };
}

/** One guest, by name; nothing where it is not declared or is masked. */
export function loadGuest(files: Reader, name: string, path: SearchPath = searchPath): Checked | undefined {
  return new Loader(files, path).load(name);
}

/** The files that a guest is made of: its guest file, then its drop-ins; none where it is not declared or is masked. */
export function sourcesOf(files: Reader, name: string, path: SearchPath = searchPath): readonly Source[] {
  return new Loader(files, path).sources(name);
}

/** One guest from a file anywhere, without drop-ins. */
export function loadFile(files: Reader, file: string): Checked {
  const name = file.replace(/^.*\//, '').replace(/\.guest$/, '');
  const text = files.read(file);
  if (text === undefined) {
    return {
      broken: {
        name,
        file,
        problems: [{ at: { file, line: 1, column: 1 }, message: 'There is no such file' }],
      },
    };
  }
  return readGuest(name, file, [{ kind: 'guest', file, text }], hostnameOf(files));
}

const hostnameOf = (files: Reader): string => files.read('/proc/sys/kernel/hostname')?.trim() || 'localhost';

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
  #common: ReadonlyMap<string, string> | undefined;

  constructor(files: Reader, path: SearchPath) {
    const list = (directory: string): Directory => ({
      path: directory,
      entries: new Set(files.list(directory)),
    });
    this.#files = files;
    this.#directories = path.guests.map(list);
    this.#nspawn = path.nspawn.map(list);
  }

  names(): string[] {
    const entries = this.#directories.flatMap((directory) => [...directory.entries]);
    const names = entries.filter((entry) => entry.endsWith('.guest') && !entry.startsWith('.'));
    return [...new Set(names.map((entry) => entry.slice(0, -'.guest'.length)))].sort();
  }

  load(name: string): Checked | undefined {
    const file = firstWith(this.#directories, `${name}.guest`);
    if (!file) return undefined;
    try {
      const sources = this.sources(name);
      this.#hostname ??= hostnameOf(this.#files);
      return sources.length > 0 ? readGuest(name, file, sources, this.#hostname) : undefined;
    } catch (error) {
      const message = `Cannot be read: ${error instanceof Error ? error.message : error}`;
      return { broken: { name, file, problems: [{ at: { file, line: 1, column: 1 }, message }] } };
    }
  }

  /** nspawn's settings come first: of what can be there only once, the guest's counts. */
  sources(name: string): Source[] {
    const main = firstWith(this.#directories, `${name}.guest`);
    // An empty file, or a link to /dev/null, masks the guest: systemd.unit(5).
    if (!main || !this.#files.read(main)) return [];
    const nspawn = firstWith(this.#nspawn, `${name}.nspawn`);
    return [
      ...(nspawn ? [this.#source('nspawn', nspawn)] : []),
      ...[main, ...this.#dropIns(name)].map((file) => this.#source('guest', file)),
    ];
  }

  #source(kind: Source['kind'], file: string): Source {
    return { kind, file, text: this.#files.read(file) ?? '' };
  }

  /** By file name, whichever directory they are in; of two with one name, the guest's own wins over the one for all. */
  #dropIns(name: string): string[] {
    this.#common ??= this.#dropInsIn('guest.d');
    const files = new Map([...this.#common, ...this.#dropInsIn(`${name}.guest.d`)]);
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
