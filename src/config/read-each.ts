import { type ManySources, manySources, otherSource } from './drop-ins.ts';
import type { Broken } from './guest.ts';
import type { SourceFile } from './read.ts';
import type { DeclarationKind, Listing } from './search.ts';
import { unreadable } from './unreadable.ts';

type ReadFailure = { readonly broken: Broken };

/** Reads a guest or a build from its sources: guest.ts, build.ts. */
export type Read<T> = (
  name: string,
  file: string,
  sources: readonly SourceFile[],
  hostname: () => string,
) => T;

/** Reads all guests or all builds, sorted by name. Keeps only one in memory at a time. */
export function forEach<T>(
  listing: Listing,
  kind: DeclarationKind,
  read: Read<T>,
  use: (checked: T | ReadFailure) => void,
): void {
  const files = listing.mainFiles(kind);
  const sources = listing.hasMore() ? manySources(listing) : undefined;
  for (const name of [...files.keys()].sort()) {
    const checked = readOne(listing, kind, name, files.get(name) ?? '', read, sources);
    if (checked) use(checked);
  }
}

/** Reads a guest or a build; undefined if it is masked by an empty file or a link to /dev/null: systemd.unit(5). */
export function readOne<T>(
  listing: Listing,
  kind: DeclarationKind,
  name: string,
  file: string,
  read: Read<T>,
  sources: ManySources | undefined,
): T | ReadFailure | undefined {
  try {
    const text = listing.files.read(file);
    const main: SourceFile | undefined =
      text === undefined ? otherSource(listing, kind, name) : { kind, file, text };
    if (!main?.text) return main?.unreadable && { broken: { name, file, problems: [main.unreadable] } };
    return read(name, main.file, sources ? sources.around(main, name) : [main], listing.hostname);
  } catch (error) {
    return { broken: unreadable(name, file, error) };
  }
}
