import type { Guest } from '../config/guest.ts';
import { ownLines } from './own-lines.ts';
import type { Parts } from './unit-text.ts';

/** Completes ostree-guest-update@.timer; without OnCalendar= the template's own schedule stands. */
export function updateTimer(guest: Guest): Parts {
  const { onCalendar, randomizedDelaySec } = guest.update;
  const timer = onCalendar.map((expression) => `OnCalendar=${expression}`);
  // Forgets the template's schedule: lists are additive.
  if (timer.length > 0) timer.unshift('OnCalendar=');
  if (randomizedDelaySec !== undefined) timer.push(`RandomizedDelaySec=${randomizedDelaySec}`);
  return { timer: timer.concat(ownLines(guest, 'Timer')) };
}
