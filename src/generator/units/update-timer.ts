import type { Guest } from '../../config/guest.ts';
import type { Values } from '../../config/values.ts';
import type { Parts } from './unit-text.ts';
import { ownLines } from './verbatim-lines.ts';

/** Completes ostree-guest-update@.timer. */
export const updateTimer = (guest: Guest): Parts => ({ timer: timerLines(guest, 'Update') });

/** Returns the lines of a timer that a section declares; without OnCalendar= the schedule of the template applies. */
export function timerLines(
  one: { readonly values: Values },
  section: 'Update' | 'Mirror',
): readonly string[] {
  const { values } = one;
  const timer: string[] = [];
  for (const { value } of values.effective(section, 'OnCalendar')) {
    // Resets the schedule of the template: lists are additive.
    if (timer.length === 0) timer.push('OnCalendar=');
    timer.push(`OnCalendar=${value}`);
  }
  const delay = values.last(section, 'RandomizedDelaySec');
  if (delay !== undefined) timer.push(`RandomizedDelaySec=${delay}`);
  return values.has('Timer') ? timer.concat(ownLines(one, 'Timer')) : timer;
}
