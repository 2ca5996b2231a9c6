import { Failure } from '../host/failure.ts';
import { type Finished, run } from '../host/process.ts';
import { programVersion } from '../host/program-version.ts';

/** Runs ostree(1) and returns any exit code. */
export function tryOstree(...args: readonly string[]): Promise<Finished> {
  return run('ostree', args);
}

/** Runs ostree(1) and returns its output. If it fails, the message begins with `what`. */
export async function ostree(what: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tryOstree(...args);
  if (exitCode !== 0) throw new Failure(`${what}: ${reason(stderr)}`);
  return stdout.trim();
}

/** Returns the features of this build of ostree. */
export async function features(): Promise<string[]> {
  return [...(await programVersion('ostree')).matchAll(/^ +- (\S+)$/gm)].map(([, feature]) => feature ?? '');
}

/** The cause in ostree's own words: the last line it printed, without its "error: ". */
export function reason(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return last.replace(/^error: /, '') || 'ostree failed and did not say why';
}

/** Returns the version of ostree; undefined if it is missing. */
export async function ostreeVersion(): Promise<string | undefined> {
  return /Version: '([^']+)'/.exec(await programVersion('ostree'))?.[1];
}
