import { readFileSync } from 'node:fs';
import { noRoom, roomBelow } from '../../host/disk-room.ts';
import { codeOf, explainAny, Failure } from '../../host/failure.ts';
import type { JobAnswer } from './job-answer.ts';
import { doHere } from './jobs.ts';
import { withTask } from './task.ts';

void work();

/** Does the job on standard input, and prints the result. Runs confined: src/trees/treework/run.ts. */
async function work(): Promise<void> {
  // Files in a tree get exactly the modes that we set.
  process.umask(0o022);
  // Node exits with 0 when its event loop drains, even with work pending. Assume failure until done.
  process.exitCode = 70;
  await withTask(readFileSync(0, 'utf8'), async ({ job, input, rooms }) => {
    const watch = setInterval(() => endIfFull(rooms), 250);
    answer(await attempt(() => doHere(job, input)));
    clearInterval(watch);
  });
  process.exitCode = 0;
}

/** Exits if the disk gets full; all children end with us. */
function endIfFull(rooms: readonly string[]): void {
  const full = rooms.find((room) => roomBelow(room) < 0);
  if (full === undefined) return;
  answer({ failure: noRoom(full).message });
  process.exit(0);
}

async function attempt(work: () => Promise<unknown>): Promise<JobAnswer> {
  try {
    return { result: await work() };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENAMETOOLONG') return { failure: 'it has directories that are nested too deep' };
    if (error instanceof Failure)
      return { failure: error.message, ...(error.remedy && { remedy: error.remedy }) };
    return { failure: explainAny(error) };
  }
}

function answer(given: JobAnswer): void {
  process.stdout.write(`${JSON.stringify(given)}\n`);
}
