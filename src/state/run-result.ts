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

/** Adds to the result of a failed run when one last succeeded, by the result before it. */
export const withLastSuccess = <T extends RunResult>(result: T, before: RunResult | undefined): T =>
  result.failure === undefined ? result : { ...result, lastSuccess: lastSuccessOf(before) };
