import type { Broken } from './guest.ts';
import type { Source } from './read.ts';
import type { Kind, Listing } from './search.ts';
import { type ManySources, manySources } from './sources.ts';
import { unreadable } from './unreadable.ts';

type Unreadable = { readonly broken: Broken };

/** Reads a guest or a build of its sources: guest.ts, build.ts. */
export type Read<T> = (name: string, file: string, sources: readonly Source[], hostname: () => string) => T;

/** Reads all of a kind one by one, in the order of their names: thousands of them are never in memory together. */
export function forEach<T>(
  listing: Listing,
  kind: Kind,
  read: Read<T>,
  use: (checked: T | Unreadable) => void,
): void {
  const files = listing.mainFiles(kind);
  const sources = listing.hasMore() ? manySources(listing) : undefined;
  for (const name of [...files.keys()].sort()) {
    const checked = readOne(listing, kind, name, files.get(name) ?? '', read, sources);
    if (checked) use(checked);
  }
}

/** Nothing where it is masked, by an empty file or a link to /dev/null: systemd.unit(5). */
export function readOne<T>(
  { files, hostname }: Listing,
  kind: Kind,
  name: string,
  file: string,
  read: Read<T>,
  sources: ManySources | undefined,
): T | Unreadable | undefined {
  try {
    const text = files.read(file);
    if (!text) return undefined;
    const main: Source = { kind, file, text };
    return read(name, file, sources ? sources.around(main, name) : [main], hostname);
  } catch (error) {
    return { broken: unreadable(name, file, error) };
  }
}
