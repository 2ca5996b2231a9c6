import { lstatSync, readlinkSync } from 'node:fs';
import { guestName } from '../config/guest-name.ts';

/**
 * Returns the name of a guest's stateroot in its sysroot. A guest that was renamed keeps its stateroot, because boot entries
 * and deployments name it: a link with the guest's name leads to it. src/machine/nspawn/run-guest has the same rule.
 */
export function staterootOf(sysroot: string, guest: string): string {
  const path = `${sysroot}/ostree/deploy/${guest}`;
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return guest;
  // A guest that manages itself can change the link. A name leads nowhere else.
  const target = readlinkSync(path);
  return guestName.test(target) ? target : guest;
}
