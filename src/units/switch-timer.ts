import type { Guest } from '../config/guest.ts';
import type { Parts } from './unit-text.ts';

/** Completes ostree-guest-switch@.timer for a guest that has a maintenance window. */
export const switchTimer = ({ update }: Guest): Parts => ({
  timer: update.switchOnCalendar.map((expression) => `OnCalendar=${expression}`),
});
