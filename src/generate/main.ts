import { appendFileSync } from 'node:fs';
import { type SearchPath, searchPath } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { nodeFiles } from '../node-files.ts';
import { generate } from './generate.ts';

/** systemd.generator(7): three directories, of which the first is ours; or one for by-hand runs. */
const [output] = process.argv.slice(2);
// Tests run the real program on their own files.
const { OSTREE_GUESTS_PATH: guests, OSTREE_GUESTS_NSPAWN_PATH: nspawn } = process.env;
const path: SearchPath = {
  guests: guests?.split(':') ?? searchPath.guests,
  nspawn: nspawn?.split(':') ?? searchPath.nspawn,
};

if (output === undefined) {
  report('usage: ostree-guests-generator NORMAL-DIR [EARLY-DIR LATE-DIR]');
  process.exitCode = 2;
} else {
  const problems = generate(nodeFiles, output, path);
  for (const problem of problems) report(formatProblem(problem));
  process.exitCode = problems.length > 0 ? 1 : 0;
}

/** Errors go to the log that the shell front names, if it names one. */
function report(text: string): void {
  const log = process.env['OSTREE_GUESTS_LOG'];
  if (log === undefined) return void process.stderr.write(`${text}\n`);
  try {
    appendFileSync(log, `<3>ostree-guests-generator[${process.pid}]: ${text}\n`);
  } catch {
    // A container may have no kernel log. The units of the other guests matter more.
  }
}
