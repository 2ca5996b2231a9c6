import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';

/** The problem of a guest file that is about to become empty. */
export const maskedProblem = (file: string): Problem => ({
  at: topOf(file),
  message: 'An empty file masks the guest: it would no longer exist for systemd',
  remedy: 'To remove it: guestctl remove',
});
