import { type Guest, unitSettings } from '../config/guest.ts';
import { literal, type Setting, unitText } from './unit-text.ts';

/** Completes ostree-guest-update@.timer; without OnCalendar= the template's own schedule stands. */
export function updateTimer(guest: Guest): string {
  const { onCalendar, randomizedDelaySec } = guest.update;
  // The empty assignment forgets the template's schedule: lists are additive.
  const calendar: Setting[] =
    onCalendar.length === 0
      ? []
      : ['', ...onCalendar].map((expression) => ['OnCalendar', expression] as const);
  const delay: Setting[] =
    randomizedDelaySec === undefined ? [] : [['RandomizedDelaySec', randomizedDelaySec]];
  const settings = [...calendar, ...delay, ...unitSettings(guest, 'Timer')];
  return unitText([
    [
      'Unit',
      [
        ['Description', `Timed update of ${literal(guest.description)}`],
        ['SourcePath', guest.file],
      ],
    ],
    ...(settings.length > 0 ? [['Timer', settings] as const] : []),
  ]);
}
