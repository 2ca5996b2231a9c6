// Systemd's own word for what a value means: the parsers that its programs use, called through a small C program.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** One question: a parser (oracle.c names them) and what it is to read. */
export interface Question {
  readonly kind: string;
  readonly value: string;
}

/** Where distributions have the library: one file, with the version of systemd in its name. */
const places = [
  '/usr/lib/systemd',
  '/usr/lib64/systemd',
  '/usr/lib/x86_64-linux-gnu/systemd',
  '/usr/lib/aarch64-linux-gnu/systemd',
];
export const findLibrary = `find -L ${places.join(' ')} -maxdepth 1 -name 'libsystemd-shared-*.so' 2>/dev/null | head -n 1`;

/** The library of this machine, and whether there is a compiler: else nothing can be asked here. */
const library = execFileSync('sh', ['-c', findLibrary], { encoding: 'utf8' }).trim();
export const canAsk = library !== '' && spawnSync('cc', ['--version']).status === 0;

/** Compiles the program into a directory. It runs on hosts with this or a newer C library. */
export function compileOracle(directory: string): string {
  const program = join(directory, 'oracle');
  execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-O1', '-o', program, 'test/oracle/oracle.c', '-ldl']);
  return program;
}

export const request = (questions: readonly Question[]): string =>
  questions.map(({ kind, value }) => `${kind} ${Buffer.from(value).toString('hex')}\n`).join('');

/** Asks all at once. */
export function ask(program: string, questions: readonly Question[]): string[] {
  const input = request(questions);
  const answers = execFileSync(program, [library], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  return answers.trimEnd().split('\n');
}
