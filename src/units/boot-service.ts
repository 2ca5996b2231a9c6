import type { Guest } from '../config/guest.ts';
import { isolation } from './isolation.ts';
import { literal, unitText } from './unit-text.ts';

/** Completes ostree-guest-boot@.service: as isolated as the update service, and without a network. */
export function bootService(guest: Guest): string {
  return unitText([
    [
      'Unit',
      [
        ['Description', `Boot loader of ${literal(guest.description)}`],
        ['SourcePath', guest.file],
        ['RequiresMountsFor', guest.sysroot],
      ],
    ],
    ['Service', [...isolation(guest), ['PrivateNetwork', 'yes']]],
  ]);
}
