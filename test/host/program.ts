import { inspect } from 'node:util';
import { explain } from '../../src/host/failure.ts';
import { say } from './say.ts';
import setup from './setup.ts';

/** Runs a program on test hosts: prepares them, and cleans up whatever happens. A failure is its last words, a bug its stack. */
export async function runProgram(work: () => Promise<void>): Promise<void> {
  let tearDown = () => {};
  try {
    tearDown = await setup();
    await work();
  } catch (error) {
    say(explain(error) ?? inspect(error));
    process.exitCode = 1;
  } finally {
    tearDown();
  }
}
