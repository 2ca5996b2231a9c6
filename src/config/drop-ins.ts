// lazy: QuickJS reads this file when one of its functions is called.
import type { SourceFile } from './read.ts';
import type { DeclarationKind, Directory, Listing, Reader } from './search.ts';
import { badName, whyUnreadable } from './unreadable.ts';

/** Finds the files of guests and builds if there are drop-ins or `.nspawn` files. */
class ManySources {
  readonly #listing: Listing;
  readonly #common = new Map<string, ReadonlyMap<string, string[]>>();
  readonly #read = new Map<string, SourceFile[]>();

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  /** The `.nspawn` file comes first, so that the guest file overrides it. */
  around(main: SourceFile, name: string): SourceFile[] {
    const { kind } = main;
    const nspawn =
      kind === 'guest' ? this.#first('nspawn', filesWith(this.#listing.nspawn, `${name}.nspawn`)) : [];
    return [...nspawn, main, ...this.#dropIns(kind, name)];
  }

  /** Reads the first of these files that exists. Skips dangling links, as systemd and nspawn do. */
  #first(kind: SourceFile['kind'], files: readonly string[]): SourceFile[] {
    const source = firstSource(this.#listing.files, kind, files);
    return source ? [source] : [];
  }

  /** Sorts drop-ins by file name, across directories. If two have one name, that of the guest wins over that for all. */
  #dropIns(kind: SourceFile['kind'], name: string): SourceFile[] {
    const common = this.#common.get(kind) ?? this.#dropInsIn(`${kind}.d`);
    this.#common.set(kind, common);
    const own = this.#dropInsIn(`${name}.${kind}.d`);
    if (own.size === 0 && common.size === 0) return [];
    return [...new Map([...common, ...own])]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([entry, files]) => (own.has(entry) ? this.#first(kind, files) : this.#shared(kind, files)));
  }

  /** Caches the drop-ins for all guests. */
  #shared(kind: SourceFile['kind'], files: readonly string[]): SourceFile[] {
    const id = files[0] ?? '';
    const found = this.#read.get(id) ?? this.#first(kind, files);
    this.#read.set(id, found);
    return found;
  }

  /** Returns the files by name, the one with the highest priority first. */
  #dropInsIn(entry: string): Map<string, string[]> {
    const { files, guests } = this.#listing;
    const found = new Map<string, string[]>();
    for (const { path, entries } of guests) {
      if (!entries.has(entry)) continue;
      const directory = `${path}/${entry}`;
      try {
        for (const file of files.list(directory)) {
          if (!file.endsWith('.conf') || file.startsWith('.')) continue;
          const sameName = found.get(file);
          if (sameName) sameName.push(`${directory}/${file}`);
          else found.set(file, [`${directory}/${file}`]);
        }
      } catch {
        // Reading the directory as a file reports why it cannot be listed.
        found.set(directory, [directory]);
      }
    }
    return found;
  }
}

export type { ManySources };

export const manySources = (listing: Listing): ManySources => new ManySources(listing);

/** The guest or build file that declares this. */
export const mainFile = ({ guests }: Listing, kind: DeclarationKind, name: string): string | undefined =>
  filesWith(guests, `${name}.${kind}`)[0];

const filesWith = (directories: readonly Directory[], entry: string): string[] =>
  directories.flatMap(({ path, entries }) => (entries.has(entry) ? [`${path}/${entry}`] : []));

/** Finds another declaration of a guest or a build if its file is a dangling link. */
export const otherSource = (listing: Listing, kind: DeclarationKind, name: string): SourceFile | undefined =>
  firstSource(listing.files, kind, filesWith(listing.guests, `${name}.${kind}`));

function firstSource(
  files: Reader,
  kind: SourceFile['kind'],
  names: readonly string[],
): SourceFile | undefined {
  for (const file of names) {
    const source = readSource(files, kind, file);
    if (source) return source;
  }
  return undefined;
}

/** Returns undefined if the file is missing. A file that cannot be read becomes a source with that problem. */
export function readSource(files: Reader, kind: SourceFile['kind'], file: string): SourceFile | undefined {
  try {
    const text = files.read(file);
    if (text !== undefined) return { kind, file, text };
    // Listing has replaced invalid UTF-8 in the name, so the file cannot be opened by it.
    const unreadable = file.includes('\uFFFD') ? badName(file) : undefined;
    return unreadable && { kind, file, text: '', unreadable };
  } catch (error) {
    return { kind, file, text: '', unreadable: whyUnreadable(file, error) };
  }
}
