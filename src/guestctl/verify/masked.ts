import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';
import type { Declaration } from '../declaration.ts';

/** The problem of a file that is about to become empty. */
export const maskedProblem = ({ kind, name, file }: Declaration): Problem => ({
  at: topOf(file),
  message: `An empty file masks the ${kind}: it would no longer exist for systemd`,
  remedy: `To remove it: ${kind === 'guest' ? `guestctl remove ${name}` : `rm ${file}`}`,
});
