// lazy: QuickJS reads this file when one of its functions is called.
import type { Position, Problem } from './problem.ts';
import { isFalse } from './types.ts';
import type { Values } from './values.ts';

/** Where and how the commits of a build are published. */
export interface Publication {
  /** The directory of the repository that clients pull from. */
  readonly repository: string;
  readonly ref: string;
  /** The files of the private keys that sign: at least one of them. */
  readonly gpgKey: string | undefined;
  readonly ed25519Key: string | undefined;
  /** Each new commit gets a static delta from so many earlier ones. */
  readonly deltas: number;
  /** How many commits stay in the repository. */
  readonly keep: number;
  readonly summary: boolean;
}

/** Returns undefined if a build publishes nothing. Call it only if wrongPublication() finds nothing. */
export function publicationOf(values: Values): Publication | undefined {
  const last = (key: string) => values.last('Publish', key);
  const [repository, ref, gpgKey, ed25519Key] = ['Repository', 'Ref', 'GPGKey', 'Ed25519Key'].map(last);
  if (repository === undefined || ref === undefined) return undefined;
  return {
    repository,
    ref,
    gpgKey,
    ed25519Key,
    deltas: Number(last('Deltas') ?? 2),
    keep: Number(last('Keep') ?? 3),
    summary: !isFalse(last('Summary') ?? 'yes'),
  };
}

/** Checks that a section [Publish] is complete. */
export const wrongPublication = (values: Values, top: Position): Problem[] =>
  values.has('Publish')
    ? needed
        .filter(([keys]) => !keys.some((key) => values.final('Publish', key)))
        .map(([keys, remedy]) => ({
          at: values.in('Publish')[0]?.at ?? top,
          message: `${keys.map((key) => `${key}=`).join(' or ')} is missing in [Publish]`,
          remedy,
        }))
    : [];

const needed = [
  [['Repository'], 'Say which directory clients pull from, such as: Repository=/srv/ostree'],
  [['Ref'], 'Say under which name clients find it, such as: Ref=site/debian'],
  [
    ['GPGKey', 'Ed25519Key'],
    'Name the file of the private key that signs, such as: GPGKey=/etc/credstore/site.key',
  ],
] as const;
