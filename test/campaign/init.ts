// init.c: the init system of guests that boot in no time, and live as a file of their tree says.
import { join } from 'node:path';
import { execa } from 'execa';
import { checkout } from '../host/paths.ts';

/** Compiles it into a directory. Returns the program, which needs no libraries. */
export async function compileInit(directory: string): Promise<string> {
  const program = join(directory, 'init');
  const source = join(checkout(), 'test/campaign/init.c');
  await execa('cc', ['-static', '-s', '-Os', '-Wall', '-Wextra', '-Werror', '-o', program, source]);
  return program;
}

/** The file of a tree that says what it does: "stays", "panics" and others. */
export const life = (text: string) => ({ '/usr/share/life': `${text}\n` });
