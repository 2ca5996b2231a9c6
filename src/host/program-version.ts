import { run } from './process.ts';
import { remembered } from './remembered.ts';

/** Returns what a program prints with --version; empty if it is missing. Asks each program once. */
export const programVersion = remembered(
  async (program: string) => (await run(program, ['--version'])).stdout,
);
