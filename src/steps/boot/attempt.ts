import { explainAny } from '../../host/failure.ts';

/** Reports what is done, to the journal. */
export interface Log {
  say(text: string): void;
  /** Reports a problem that does not keep the guest from starting. */
  warn(text: string): void;
}

/** Runs a step and reports its failure, which must not keep the guest from starting. */
export async function attempt<T>(log: Log, step: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    log.warn(`${explainAny(error)}. The guest starts as it was; this is tried again at its next start`);
    return undefined;
  }
}
