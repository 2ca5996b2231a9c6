import { existsSync } from 'node:fs';
import { bindSource } from '../config/mounts.ts';
import type { Problem } from '../config/problem.ts';
import type { Values } from '../config/values.ts';

/** A source that begins with `-` may be absent; an empty one, or one with `+`, is not a path of the host. */
export const missingSources = ({ values }: { readonly values: Values }, keys: readonly string[]): Problem[] =>
  keys
    .flatMap((key) => values.effective('Files', key))
    .map(({ value, at }) => ({ source: bindSource(value), at }))
    .filter(({ source }) => source.startsWith('/') && !existsSync(source))
    .map(({ source, at }) => ({
      at,
      message: `${source} does not exist on this host`,
      remedy: `Make it, or write -${source}`,
    }));
