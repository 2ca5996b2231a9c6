import type { Guest } from '../config/guest.ts';
import { literal, unitText } from './unit-text.ts';

/** Completes ostree-guest-switch@.timer for a guest that has a maintenance window. */
export function switchTimer(guest: Guest): string {
  return unitText([
    [
      'Unit',
      [
        ['Description', `Maintenance window of ${literal(guest.description)}`],
        ['SourcePath', guest.file],
      ],
    ],
    ['Timer', guest.update.switchOnCalendar.map((expression) => ['OnCalendar', expression] as const)],
  ]);
}
