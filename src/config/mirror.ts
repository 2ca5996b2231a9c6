// lazy: QuickJS reads this file when one of its functions is called.

import { wrongRemote } from './cross-key-rules.ts';
import { wrongDeclarationName } from './declaration-name.ts';
import type { Broken } from './guest.ts';
import { type Remote, remoteOf } from './origin.ts';
import { stateDirectory } from './paths.ts';
import { topOf } from './positions.ts';
import type { Position, Problem } from './problem.ts';
import { readSources, type SourceFile } from './read.ts';
import { milliseconds } from './time-span.ts';
import type { Values } from './values.ts';

/** A mirror: refs of another repository that this host serves, too. Checked and with defaults. */
export interface Mirror {
  readonly name: string;
  /** The mirror file; its drop-ins are not named here. */
  readonly file: string;
  readonly description: string;
  /** The repository that clients pull from. */
  readonly repository: string;
  readonly remote: Remote;
  /** Names and patterns of refs. */
  readonly refs: readonly string[];
  /** Each new commit gets a static delta from so many earlier ones. */
  readonly deltas: number;
  /** How many commits of each ref stay in the repository. */
  readonly keep: number;
  /** The maximum age of the newest commit, in milliseconds. */
  readonly freshness: number | undefined;
  readonly values: Values;
}

export type CheckedMirror = { readonly mirror: Mirror } | { readonly broken: Broken };

/** The directory of a mirror. It cannot be that of a guest: names of guests do not begin with a dot. */
export const mirrorDirectory = (name: string): string => `${stateDirectory}/.mirrors/${name}`;

/** Returns where a key of [Mirror] is set; the top of the file if it is not. */
export const mirrorPlace = ({ values, file }: Pick<Mirror, 'values' | 'file'>, key: string): Position =>
  values.at('Mirror', key) ?? topOf(file);

/** Reads a mirror: `file` is its mirror file, `sources` are all its files in the order in which they apply. */
export function readMirror(
  name: string,
  file: string,
  sources: readonly SourceFile[],
  hostname: () => string,
): CheckedMirror {
  const { values, problems } = readSources(name, sources, hostname);
  problems.unshift(...wrongDeclarationName('mirror', name, topOf(file)));
  problems.push(...missingKeys(values, topOf(file)), ...wrongRemote(values, 'Mirror'));
  const remote = remoteOf(values, 'Mirror');
  return problems.length > 0 || !remote
    ? { broken: { name, file, problems } }
    : { mirror: makeMirror(name, file, values, remote) };
}

const missingKeys = (values: Values, top: Position): Problem[] =>
  needed
    .filter(([key]) => !values.final('Mirror', key))
    .map(([key, remedy]) => ({ at: top, message: `${key}= is missing in [Mirror]`, remedy }));

const needed = [
  ['Repository', 'Say which directory clients pull from, such as: Repository=/srv/mirror'],
  ['URL', 'Say what to mirror, such as: URL=https://ostree.example.org'],
  ['Ref', 'Name the refs to mirror, such as: Ref=debian/*/server'],
] as const;

function makeMirror(name: string, file: string, values: Values, remote: Remote): Mirror {
  const last = (key: string) => values.last('Mirror', key);
  const freshness = last('FreshnessSec');
  return {
    name,
    file,
    values,
    remote,
    description: last('Description') ?? `Mirror ${name}`,
    repository: last('Repository') ?? '',
    refs: values.all('Mirror', 'Ref'),
    deltas: Number(last('Deltas') ?? 2),
    keep: Number(last('Keep') ?? 3),
    freshness: freshness === undefined ? undefined : milliseconds(freshness),
  };
}
