import type { Guest } from '../config/guest.ts';
import { capabilities, isolation } from './isolation.ts';
import { literal, type Setting, unitText } from './unit-text.ts';

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
    ['Service', deployingSandbox(guest)],
  ]);
}

/** What a guest's commits are deployed in, here and where one is adopted. */
export const deployingSandbox = (guest: Pick<Guest, 'sysroot'>): Setting[] => [
  ...isolation(guest),
  ...privileges,
];

/**
 * No CAP_SYS_ADMIN: with it, libostree freezes the file system of the sysroot, which is the host's, and would leave it
 * frozen if it were killed just then. It needs that capability for a mount namespace too, but only where it sees
 * that the host was booted with OSTree; so of /run it sees little more than systemd.
 */
const privileges: Setting[] = [
  ['TemporaryFileSystem', '/run'],
  ['BindReadOnlyPaths', '/run/systemd /run/ostree-guests'],
  ['RestrictNamespaces', 'yes'],
  ['PrivateNetwork', 'yes'],
  ['SystemCallFilter', '@system-service'],
  ['CapabilityBoundingSet', capabilities.join(' ')],
];
