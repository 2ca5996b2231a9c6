import type { Source } from './read.ts';
import type { Directory, Kind, Listing } from './search.ts';

/** The files that guests and builds are made of, where some have drop-ins or settings of nspawn's. */
export class ManySources {
  readonly #listing: Listing;
  readonly #common = new Map<string, ReadonlyMap<string, string>>();
  readonly #read = new Map<string, Source>();

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  /** nspawn's settings come first: of what can be there only once, the guest's counts. */
  around(main: Source, name: string): Source[] {
    const { kind } = main;
    const nspawn = kind === 'guest' ? firstWith(this.#listing.nspawn, `${name}.nspawn`) : undefined;
    const before = nspawn === undefined ? [] : [this.#source('nspawn', nspawn)];
    return [...before, main, ...this.#dropIns(kind, name)];
  }

  #source(kind: Source['kind'], file: string): Source {
    return { kind, file, text: this.#listing.files.read(file) ?? '' };
  }

  /** By file name, whichever directory they are in; of two with one name, the guest's own wins over the one for all. */
  #dropIns(kind: Source['kind'], name: string): Source[] {
    const common = this.#common.get(kind) ?? this.#dropInsIn(`${kind}.d`);
    this.#common.set(kind, common);
    const own = this.#dropInsIn(`${name}.${kind}.d`);
    if (own.size === 0 && common.size === 0) return [];
    return [...new Map([...common, ...own])]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([entry, file]) => (own.has(entry) ? this.#source(kind, file) : this.#shared(kind, file)));
  }

  /** What is there for all is read once. */
  #shared(kind: Source['kind'], file: string): Source {
    const source = this.#read.get(file) ?? this.#source(kind, file);
    this.#read.set(file, source);
    return source;
  }

  #dropInsIn(entry: string): Map<string, string> {
    const { files, guests } = this.#listing;
    const found = new Map<string, string>();
    for (const { path, entries } of guests) {
      if (!entries.has(entry)) continue;
      for (const file of files.list(`${path}/${entry}`)) {
        if (file.endsWith('.conf') && !file.startsWith('.') && !found.has(file))
          found.set(file, `${path}/${entry}/${file}`);
      }
    }
    return found;
  }
}

/** A function, as all that the generator calls seldom: quickjs.mjs. */
export const manySources = (listing: Listing): ManySources => new ManySources(listing);

/** The guest or build file that declares this. */
export const mainFile = ({ guests }: Listing, kind: Kind, name: string): string | undefined =>
  firstWith(guests, `${name}.${kind}`);

function firstWith(directories: readonly Directory[], entry: string): string | undefined {
  for (const { path, entries } of directories) if (entries.has(entry)) return `${path}/${entry}`;
  return undefined;
}
