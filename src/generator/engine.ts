import type { Files } from '../config/file-port.ts';
import { formatProblem } from '../config/problem.ts';
import { searchPath } from '../config/search.ts';
import { generate } from './generate.ts';

/** The port to the JavaScript engine: Node or QuickJS. */
export interface Engine {
  readonly files: Files;
  readonly args: readonly string[];
  environment(name: string): string | undefined;
  /** Prints one message. */
  printError(text: string): void;
}

/** Runs the generator and returns its exit status. It uses the first of the three directories: systemd.generator(7). */
export function run({ files, args, environment, printError }: Engine): number {
  // The shell front sets the prefix if standard error is the kernel log.
  const report = (text: string) => printError(`${environment('OSTREE_GUESTS_LOG_PREFIX') ?? ''}${text}\n`);
  const [output] = args;
  if (output === undefined) {
    report('usage: ostree-guests-generator NORMAL-DIR [EARLY-DIR LATE-DIR]');
    return 2;
  }
  // Tests run the real program on their own files.
  const problems = generate(files, output, {
    guests: environment('OSTREE_GUESTS_PATH')?.split(':') ?? searchPath.guests,
    nspawn: environment('OSTREE_GUESTS_NSPAWN_PATH')?.split(':') ?? searchPath.nspawn,
  });
  for (const problem of problems) report(formatProblem(problem));
  return problems.length > 0 ? 1 : 0;
}
