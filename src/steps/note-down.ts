import { explainAny } from '../host/failure.ts';
import type { Report } from '../state/report.ts';

/**
 * Writes something down that must not keep what was found out from taking effect: the disk may be full. If that fails, reports it and what it
 * means; a sentence without its full stop. Returns true if it was written.
 */
export async function noteDown(
  report: Pick<Report, 'warn'>,
  write: () => void | Promise<void>,
  otherwise: string,
): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    report.warn(`${explainAny(error)}. ${otherwise}`);
    return false;
  }
}
