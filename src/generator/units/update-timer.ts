import type { Guest } from '../../config/guest.ts';
import type { Parts } from './unit-text.ts';
import { ownLines } from './verbatim-lines.ts';

/** Completes ostree-guest-update@.timer; without OnCalendar= the schedule of the template applies. */
export function updateTimer(guest: Guest): Parts {
  const { values } = guest;
  const timer: string[] = [];
  for (const { value } of values.effective('Update', 'OnCalendar')) {
    // Resets the schedule of the template: lists are additive.
    if (timer.length === 0) timer.push('OnCalendar=');
    timer.push(`OnCalendar=${value}`);
  }
  const delay = values.last('Update', 'RandomizedDelaySec');
  if (delay !== undefined) timer.push(`RandomizedDelaySec=${delay}`);
  return { timer: values.has('Timer') ? timer.concat(ownLines(guest, 'Timer')) : timer };
}
