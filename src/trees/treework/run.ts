import { ownProgram, runConfined, treeCapabilities } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import { WrongJson } from '../../host/json-fields.ts';
import { shown } from '../../host/printable.ts';
import { answerTo } from './job-answer.ts';
import type { Input, JobName, Result } from './jobs.ts';
import type { JobTask } from './task.ts';

/** The confinement of a job. */
export interface JobConfinement {
  /** Names its unit; two jobs with one name cannot run at the same time. */
  readonly name: string;
  /** The directories that it sees and may write to. */
  readonly rooms: readonly string[];
  /** Paths of the host that it may read. */
  readonly readable?: readonly string[];
  /** When it is ended, as systemd writes time spans; two hours is the default. */
  readonly timeLimit?: string;
}

/**
 * Does a job on the content of a tree in a process that sees only its rooms of the host, and has no network: a
 * link out of the tree leads nowhere. If it fails, the message begins with `what`.
 */
export async function doJob<Name extends JobName>(
  what: string,
  { name, rooms, readable = [], timeLimit = '2h' }: JobConfinement,
  job: Name,
  input: Input<Name>,
): Promise<Result<Name>> {
  const task: JobTask<Name> = { job, input, rooms };
  const { stdout, stderr, exitCode } = await runConfined(
    { name, writable: rooms, readable, capabilities, timeLimit, memory: '1G' },
    ownProgram('treework'),
    { input: JSON.stringify(task) },
  );
  const answer = exitCode === 0 ? read(job, stdout) : { failure: lastLine(stderr), remedy: undefined };
  if ('failure' in answer) throw new Failure(`${what}: ${answer.failure}`, answer.remedy);
  return answer.result;
}

/** Reads the answer. A process that was ended in the middle of it has failed. */
function read<Name extends JobName>(job: Name, json: string): ReturnType<typeof answerTo<Name>> {
  try {
    return answerTo(job, json);
  } catch (error) {
    if (error instanceof WrongJson) return { failure: `its answer cannot be read: ${error.message}` };
    throw error;
  }
}

/** Without the last one, attributes such as trusted.* and security.ima are lost, and labels on a host without SELinux. */
const capabilities = [...treeCapabilities, 'CAP_SYS_ADMIN'];

const lastLine = (stderr: string): string =>
  shown(stderr.trim().split('\n').at(-1) ?? '') || 'it ended and did not say why';
