import { explain } from '../../host/failure.ts';

/** Reports what is done, to the journal. */
export interface Log {
  say(text: string): void;
  /** Reports a problem that does not keep the guest from starting. */
  warn(text: string): void;
}

/** Runs a step and reports its failure, which must not keep the guest from starting. */
export function attempt<T>(log: Log, step: () => T): T | undefined {
  const warn = (error: unknown) => {
    log.warn(`${wordsOf(error)}. The guest starts as it was; this is tried again at its next start`);
    return undefined;
  };
  try {
    const result = step();
    return result instanceof Promise ? (result.catch(warn) as T) : result;
  } catch (error) {
    return warn(error);
  }
}

export const wordsOf = (error: unknown): string => explain(error) ?? String((error as Error).stack);
