import { hostPaths } from '../config/mounts.ts';
import type { Problem } from '../config/problem.ts';
import type { Values } from '../config/values.ts';
import { isMissing } from '../host/is-root.ts';

/** Returns missing sources of mounts, with which nspawn fails at once. */
export const missingSources = ({ values }: { readonly values: Values }, keys: readonly string[]): Problem[] =>
  keys.flatMap((key) =>
    values.effective('Files', key).flatMap(({ value, at }) =>
      hostPaths(key, value)
        .filter(isMissing)
        .map((path) => ({
          at,
          message: `${path} does not exist on this host`,
          remedy: path.startsWith('/-/')
            ? "systemd-nspawn knows no '-' before a source that may be missing: make it, or leave it out"
            : 'Create it, or correct the path',
        })),
    ),
  );
