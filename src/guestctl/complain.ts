import { formatProblem, type Problem } from '../config/problem.ts';
import { tell } from '../host/tell.ts';
import { failed } from './command.ts';

/** Prints problems with guest files; if there are any, the command fails. */
export function complainOf(problems: readonly Problem[]): void {
  for (const problem of problems) tell(formatProblem(problem));
  if (problems.length > 0) process.exitCode = failed;
}
