import type { Guest } from '../config/guest.ts';
import { capabilities, isElsewhere, isolation } from './isolation.ts';
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
    ['Service', [...isolation(guest), ...privileges, ...(isElsewhere(guest) ? [makeSysroot(guest)] : [])]],
  ]);
}

/** On a booted OSTree host, ostree makes a mount namespace before it touches a sysroot. */
const privileges: Setting[] = [
  ['RestrictNamespaces', 'mnt'],
  ['SystemCallFilter', '@system-service @mount'],
  ['CapabilityBoundingSet', ['CAP_SYS_ADMIN', ...capabilities].join(' ')],
];

/** Outside of the sandbox, in which only what is there already can be made writable. */
const makeSysroot = (guest: Guest): Setting => ['ExecStartPre', `+mkdir -p ${guest.sysroot}`];
