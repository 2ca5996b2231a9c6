import type { Files } from './files.ts';
import { type Broken, type Checked, type Guest, readGuest, type Source } from './guest.ts';

/** Where guest files are looked for; the first directory that has a name wins, as for units. */
export const searchPath: readonly string[] = [
  '/etc/ostree-guests',
  '/run/ostree-guests',
  '/usr/lib/ostree-guests',
];

type Reader = Pick<Files, 'list' | 'read'>;

export interface Declared {
  readonly guests: readonly Guest[];
  readonly broken: readonly Broken[];
}

/** Reads all guests, in the order of their names. One that is broken leaves the others alone. */
export function loadGuests(files: Reader, directories: readonly string[] = searchPath): Declared {
  const loader = new Loader(files, directories);
  const checked = loader.names().map((name) => loader.load(name));
  return {
    guests: checked.flatMap((one) => (one && 'guest' in one ? [one.guest] : [])),
    broken: checked.flatMap((one) => (one && 'broken' in one ? [one.broken] : [])),
  };
}

/** One guest, by name; nothing where it is not declared or is masked. */
export function loadGuest(
  files: Reader,
  name: string,
  directories: readonly string[] = searchPath,
): Checked | undefined {
  return new Loader(files, directories).load(name);
}

/** The files that a guest is made of: its guest file, then its drop-ins; none where it is not declared or is masked. */
export function sourcesOf(
  files: Reader,
  name: string,
  directories: readonly string[] = searchPath,
): readonly Source[] {
  return new Loader(files, directories).sources(name);
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
  return readGuest(name, [{ file, text }], hostnameOf(files));
}

const hostnameOf = (files: Reader): string => files.read('/proc/sys/kernel/hostname')?.trim() || 'localhost';

class Loader {
  readonly #files: Reader;
  readonly #directories: readonly { path: string; entries: ReadonlySet<string> }[];
  #hostname: string | undefined;
  #common: ReadonlyMap<string, string> | undefined;

  constructor(files: Reader, directories: readonly string[]) {
    this.#files = files;
    this.#directories = directories.map((path) => ({ path, entries: new Set(files.list(path)) }));
  }

  names(): string[] {
    const entries = this.#directories.flatMap(({ entries }) => [...entries]);
    const names = entries.filter((entry) => entry.endsWith('.guest') && !entry.startsWith('.'));
    return [...new Set(names.map((entry) => entry.slice(0, -'.guest'.length)))].sort();
  }

  load(name: string): Checked | undefined {
    try {
      const [main, ...dropIns] = this.sources(name);
      if (!main) return undefined;
      this.#hostname ??= hostnameOf(this.#files);
      return readGuest(name, [main, ...dropIns], this.#hostname);
    } catch (error) {
      const file = this.#mainFile(name) ?? name;
      const message = `Cannot be read: ${error instanceof Error ? error.message : error}`;
      return { broken: { name, file, problems: [{ at: { file, line: 1, column: 1 }, message }] } };
    }
  }

  sources(name: string): Source[] {
    const main = this.#mainFile(name);
    // An empty file, or a link to /dev/null, masks the guest: systemd.unit(5).
    const text = main && this.#files.read(main);
    if (!main || !text) return [];
    const dropIns = this.#dropIns(name).map((file) => ({ file, text: this.#files.read(file) ?? '' }));
    return [{ file: main, text }, ...dropIns];
  }

  #mainFile(name: string): string | undefined {
    const entry = `${name}.guest`;
    const directory = this.#directories.find(({ entries }) => entries.has(entry));
    return directory && `${directory.path}/${entry}`;
  }

  /** By file name, whichever directory they are in; of two with one name, the guest's own wins over the one for all. */
  #dropIns(name: string): string[] {
    this.#common ??= this.#dropInsIn('guest.d');
    const files = new Map([...this.#common, ...this.#dropInsIn(`${name}.guest.d`)]);
    return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
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
