import type { Guest } from '../config/guest.ts';
import { isolation } from './isolation.ts';
import { literal, unitText } from './unit-text.ts';

/** Completes ostree-guest-update@.service. */
export function updateService(guest: Guest): string {
  return unitText([
    [
      'Unit',
      [
        ['Description', `Update of ${literal(guest.description)}`],
        ['SourcePath', guest.file],
        ['RequiresMountsFor', guest.sysroot],
      ],
    ],
    ['Service', isolation(guest)],
  ]);
}
