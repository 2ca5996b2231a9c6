import { formatProblem, mistakesIn, type Problem } from '../config/problem.ts';
import { tell } from '../host/tell.ts';
import { failed } from './command.ts';

/** Prints problems with files; if there are any, the command fails. A file that only root may read may have none. */
export function complainOf(found: readonly Problem[]): void {
  const problems = mistakesIn(found);
  for (const problem of problems) tell(formatProblem(problem));
  if (problems.length > 0) process.exitCode = failed;
}
