import { Failure } from '../host/failure.ts';
import { type Finished, run } from '../host/process.ts';

/** Starts ostree(1); any exit code is an answer. */
export function tryOstree(...args: readonly string[]): Promise<Finished> {
  return run('ostree', args);
}

/** Runs ostree(1) to its success and answers what it printed. `what` says what could not be done if it fails. */
export async function ostree(what: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tryOstree(...args);
  if (exitCode !== 0) throw new Failure(`${what}: ${reason(stderr)}`);
  return stdout.trim();
}

/** What this build of ostree can do, by the names that it has for it. */
export async function features(): Promise<string[]> {
  const { stdout } = await tryOstree('--version');
  return [...stdout.matchAll(/^ +- (\S+)$/gm)].map(([, feature]) => feature ?? '');
}

/** The cause in ostree's own words: the last line it printed, without its "error: ". */
export function reason(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return last.replace(/^error: /, '') || 'ostree failed and did not say why';
}

/** Nothing where there is none. */
export async function ostreeVersion(): Promise<string | undefined> {
  const { stdout } = await tryOstree('--version');
  return /Version: '([^']+)'/.exec(stdout)?.[1];
}
