import { type StateFile, unlessDamaged } from './state-file.ts';

/** How the last run of a build or a mirror ended. */
export interface RunResult {
  /** In milliseconds since 1970. */
  readonly ended: number;
  readonly failure?: string | undefined;
  /** When a run last succeeded, in milliseconds since 1970. Recorded if the last one failed. */
  readonly lastSuccess?: number | undefined;
}

/** Returns when a run last succeeded; undefined if none has. */
export const lastSuccessOf = (result: RunResult | undefined): number | undefined =>
  result && (result.failure === undefined ? result.ended : result.lastSuccess);

/** Writes the result of a run. To that of a failed one it adds when one last succeeded, by the result before it. */
export function writeRunResult<T extends RunResult>(file: StateFile<T>, owner: string, result: T): void {
  const lastSuccess = lastSuccessOf(unlessDamaged(() => file.read(owner)));
  file.write(owner, result.failure === undefined ? result : { ...result, lastSuccess });
}
