import type { Guest } from '../../config/guest.ts';
import type { Problem } from '../../config/problem.ts';
import { wordsOf } from '../../config/split-words.ts';
import { installRemedy } from '../../host/install-remedy.ts';

/** Finds commands of Notify= whose program is missing. Else that shows only in the journal, after the first attempt. */
export const missingNotify = (
  { values }: Pick<Guest, 'values'>,
  has: (program: string) => boolean,
): Problem[] =>
  values.effective('Update', 'Notify').flatMap(({ value, at }) => {
    const [program = ''] = wordsOf([value]);
    if (has(program)) return [];
    return [{ at, message: `There is no ${program} on this host`, remedy: installRemedy(program) }];
  });
