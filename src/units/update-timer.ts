import type { Guest } from '../config/guest.ts';
import { ownLines } from './own-lines.ts';
import type { Parts } from './unit-text.ts';

/** Completes ostree-guest-update@.timer; without OnCalendar= the template's own schedule stands. */
export function updateTimer(guest: Guest): Parts {
  const { values } = guest;
  const timer = values.all('Update', 'OnCalendar').map((expression) => `OnCalendar=${expression}`);
  // Forgets the template's schedule: lists are additive.
  if (timer.length > 0) timer.unshift('OnCalendar=');
  const delay = values.last('Update', 'RandomizedDelaySec');
  if (delay !== undefined) timer.push(`RandomizedDelaySec=${delay}`);
  return { timer: timer.concat(ownLines(guest, 'Timer')) };
}
