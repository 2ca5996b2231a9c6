import type { Guest } from '../../config/guest.ts';
import type { Problem } from '../../config/problem.ts';
import { besideFile } from '../../config/relative-path.ts';
import { isMissing } from '../../host/is-root.ts';

/** Finds the files of [Packages] that this host does not have: packages, repositories and their keys. */
export const missingFiles = ({ values }: Pick<Guest, 'values'>): Problem[] =>
  ['Install', 'Repository', 'RepositoryKey'].flatMap((key) =>
    values.effective('Packages', key).flatMap(({ value, at }) =>
      value
        .split(/\s+/)
        .map((word) => besideFile(word, at))
        .filter((word) => word.startsWith('/') && isMissing(word))
        .map((file) => ({ at, message: `${file} does not exist`, remedy: 'Correct the path' })),
    ),
  );
