import type { Broken } from '../../config/guest.ts';
import { formatProblem, mistakesIn } from '../../config/problem.ts';
import { noTimer, timerJson } from '../run-timer.ts';

/** What builds and mirrors have in common in JSON if their files have mistakes. Unknown values are null or empty. */
export const unusableJson = ({ name, file, problems }: Broken) => ({
  name,
  description: '',
  file,
  state: 'idle' as const,
  timer: timerJson(noTimer),
  result: null,
  mistakes: mistakesIn(problems).map(formatProblem),
});
