import { say } from './say.ts';
import setup from './setup.ts';

/** Runs a program on test hosts: prepares them, and cleans up whatever happens. An error is its last words. */
export async function runProgram(work: () => Promise<void>): Promise<void> {
  let tearDown = () => {};
  try {
    tearDown = await setup();
    await work();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    tearDown();
  }
}
