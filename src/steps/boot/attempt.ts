import { explainAny } from '../../host/failure.ts';
import type { Report } from '../../state/report.ts';

/** Runs a step and reports its failure, which must not keep the guest from starting. */
export async function attempt<T>(report: Report, step: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    report.warn(`${explainAny(error)}. The guest starts as it was; this is tried again at its next start`);
    return undefined;
  }
}
