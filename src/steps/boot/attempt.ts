import { explain } from '../../host/failure.ts';

/** Tells what is done: the journal. */
export interface Log {
  say(text: string): void;
  /** What went wrong, while the guest starts all the same. */
  warn(text: string): void;
}

/** A failure in any of the steps must not keep the guest from starting. */
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
