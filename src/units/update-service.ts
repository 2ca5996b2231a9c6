import type { Guest } from '../config/guest.ts';
import { isElsewhere, isolation } from './isolation.ts';
import { literal, type Setting, unitText } from './unit-text.ts';

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
    ['Service', [...isolation(guest), ...(isElsewhere(guest) ? [makeSysroot(guest)] : [])]],
  ]);
}

/** Outside of the sandbox, in which only what is there already can be made writable. */
const makeSysroot = (guest: Guest): Setting => ['ExecStartPre', `+mkdir -p ${guest.sysroot}`];
