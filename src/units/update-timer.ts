import { type Guest, unitSettings } from '../config/guest.ts';
import type { Parts, Setting } from './unit-text.ts';

/** Completes ostree-guest-update@.timer; without OnCalendar= the template's own schedule stands. */
export function updateTimer(guest: Guest): Parts {
  const { onCalendar, randomizedDelaySec } = guest.update;
  // The empty assignment forgets the template's schedule: lists are additive.
  const calendar: Setting[] =
    onCalendar.length === 0
      ? []
      : ['', ...onCalendar].map((expression) => ['OnCalendar', expression] as const);
  const delay: Setting[] =
    randomizedDelaySec === undefined ? [] : [['RandomizedDelaySec', randomizedDelaySec]];
  return { timer: [...calendar, ...delay, ...unitSettings(guest, 'Timer')] };
}
