import type { Guest } from '../../config/guest.ts';
import { isPublic } from './public-lines.ts';
import type { Parts } from './unit-text.ts';
import { ownLines } from './verbatim-lines.ts';

/** Keys of [Service] about starting and stopping, which do not apply to a rehearsal. */
const ofItsLife = ['Restart', 'RestartSec', 'TimeoutStartSec', 'TimeoutStopSec'];

/** Completes ostree-guest-rehearsal@.service: limits and credentials hold for the throwaway machine, too. */
export const rehearsalService = (guest: Guest): Parts => ({
  service: ownLines(guest, 'Service', (key, value) => isPublic(key, value) && !ofItsLife.includes(key)),
});
