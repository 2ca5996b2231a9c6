import type { Checksum } from '../ostree/names.ts';
import type { Damage } from './state-file.ts';
import { publishedFile } from './state-files.ts';

/** The commits that a build or a mirror has put into a repository for clients. */
export interface Published {
  /** The oldest first. */
  readonly commits: readonly PublishedCommit[];
  /** Since when a mirror is to have this ref no longer, in milliseconds since 1970. */
  readonly dropped?: number | undefined;
  /** When a mirror last saw that, in milliseconds since 1970. */
  readonly missed?: number | undefined;
  /** The commit of the build that was published last. */
  readonly built?: Checksum | undefined;
  /** The keys that have signed the last commit. */
  readonly keys?: string | undefined;
}

export interface PublishedCommit {
  readonly checksum: Checksum;
  readonly version?: string | undefined;
  /** When it was made, by its own word, in milliseconds since 1970. Recorded by mirrors. */
  readonly made?: number | undefined;
  /** When it was first offered, by the ref, in milliseconds since 1970. Undefined before that. */
  readonly since?: number | undefined;
}

/** The file is in the repository that it describes. Names of refs have no +. */
const entryOf = (ref: string): string => ref.replaceAll('/', '+');
const refOf = (entry: string): string => entry.replaceAll('+', '/');

/** Returns the refs of which a repository has a record, sorted. */
export const recordedRefs = (repository: string): string[] =>
  publishedFile.entries(repository).map(refOf).sort();

/** Returns all commits in the records of other refs than this one. */
export const offeredElsewhere = (repository: string, ref: string): ReadonlySet<Checksum> =>
  new Set(
    recordedRefs(repository)
      .filter((other) => other !== ref)
      .flatMap((other) => readPublished(repository, other).commits.map(({ checksum }) => checksum)),
  );

export const readPublished = (repository: string, ref: string): Published =>
  publishedFile.read(repository, entryOf(ref)) ?? { commits: [] };

/** Returns why the record cannot be used. */
export function publishedDamage(repository: string, ref: string): Damage | undefined {
  const found = publishedFile.look(repository, entryOf(ref));
  return found && 'damage' in found ? found.damage : undefined;
}

/** Removes the record of a ref that was dropped, once it has no commits any more. */
export const writePublished = (repository: string, ref: string, published: Published): void =>
  published.commits.length > 0 || published.dropped === undefined
    ? publishedFile.write(repository, published, entryOf(ref))
    : publishedFile.remove(repository, entryOf(ref));
