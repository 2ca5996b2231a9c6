// Decides which refs a mirror has. No side effects.
import { ref as refType } from '../../config/types.ts';

/** The refs to mirror, and the patterns that nothing matches. */
export interface WantedRefs {
  readonly refs: readonly string[];
  readonly unmatched: readonly string[];
}

/** A mirror with more refs is a mistake, or somebody wants to fill the disk. */
export const mostRefs = 1000;

/** The maximum length of a ref that a pattern finds: its record is one file, and patterns take long with long refs. */
const longestRef = 200;

/** True if an entry of Ref= stands for all refs that look like it. */
export const isPattern = (entry: string): boolean => /[*?]/.test(entry);

/**
 * False if nothing is known of the refs that patterns stand for: OSTree takes a login page for a summary without refs. That does not
 * mean that the upstream has dropped all of them.
 */
export const tellsRefs = (entries: readonly string[], upstream: readonly string[] | undefined): boolean =>
  upstream?.length !== 0 || !entries.some(isPattern);

/**
 * Chooses refs: names as they are, and those of the upstream's refs that a pattern matches. What the upstream calls a ref may be
 * anything.
 */
export function wantedRefs(entries: readonly string[], upstream: readonly string[]): WantedRefs {
  const usable = upstream.filter(
    (ref) => ref.length <= longestRef && refType.check(ref) === undefined && !ref.startsWith('-'),
  );
  const found = entries.map((entry) => {
    const pattern = isPattern(entry) ? regexpOf(entry) : undefined;
    return { entry, refs: pattern ? usable.filter((ref) => pattern.test(ref)) : [entry] };
  });
  return {
    refs: [...new Set(found.flatMap(({ refs }) => refs))].sort(),
    unmatched: found.filter(({ refs }) => refs.length === 0).map(({ entry }) => entry),
  };
}

const regexpOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern.replace(/[.*?]/g, (one) => ({ '.': '\\.', '*': '[^/]*', '?': '[^/]' })[one] ?? one)}$`,
  );
