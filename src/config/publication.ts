// lazy: QuickJS reads this file when one of its functions is called.
import type { Position, Problem } from './problem.ts';
import { isFalse } from './types.ts';
import type { Values } from './values.ts';

/** Where and how the commits of a build are published. */
export interface Publication {
  /** The directory of the repository that clients pull from. */
  readonly repository: string;
  readonly ref: string;
  /** The file of the private key that signs. */
  readonly gpgKey: string;
  /** Each new commit gets a static delta from so many earlier ones. */
  readonly deltas: number;
  /** How many commits stay in the repository. */
  readonly keep: number;
  readonly summary: boolean;
}

/** Returns undefined if a build publishes nothing. Call it only if wrongPublication() finds nothing. */
export function publicationOf(values: Values): Publication | undefined {
  const last = (key: string) => values.last('Publish', key);
  const [repository, ref, gpgKey] = ['Repository', 'Ref', 'GPGKey'].map(last);
  if (repository === undefined || ref === undefined || gpgKey === undefined) return undefined;
  return {
    repository,
    ref,
    gpgKey,
    deltas: Number(last('Deltas') ?? 2),
    keep: Number(last('Keep') ?? 3),
    summary: !isFalse(last('Summary') ?? 'yes'),
  };
}

/** Checks that a section [Publish] is complete. */
export const wrongPublication = (values: Values, top: Position): Problem[] =>
  values.has('Publish')
    ? needed
        .filter(([key]) => !values.final('Publish', key))
        .map(([key, remedy]) => ({
          at: values.in('Publish')[0]?.at ?? top,
          message: `${key}= is missing in [Publish]`,
          remedy,
        }))
    : [];

const needed = [
  ['Repository', 'Say which directory clients pull from, such as: Repository=/srv/ostree'],
  ['Ref', 'Say under which name clients find it, such as: Ref=site/debian'],
  ['GPGKey', 'Name the file of the private key that signs: GPGKey=/etc/credstore/site.key'],
] as const;
