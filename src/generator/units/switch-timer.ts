import type { Guest } from '../../config/guest.ts';
import type { Parts } from './unit-text.ts';

/** Completes ostree-guest-switch@.timer for a guest that has a maintenance window. */
export const switchTimer = ({ values }: Guest): Parts => ({
  timer: values.effective('Update', 'SwitchOnCalendar').map(({ value }) => `OnCalendar=${value}`),
});
