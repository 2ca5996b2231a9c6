import type { Guest } from '../../config/guest.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { readSeen, writeSeen } from '../../state/seen-deployments.ts';
import { tryOut } from './finalize.ts';

/**
 * Puts on trial what a guest that manages itself has deployed since it was last started, by an update of ours or by
 * somebody's hand. One that it went back to was there before, and is not.
 */
export function noticeFresh(guest: Guest): void {
  const deployments = listDeployments(guest.sysroot);
  const names = deployments.map(({ name }) => name);
  const seen = readSeen(guest.name);
  if (seen && names[0] !== undefined && !seen.includes(names[0])) tryOut(guest, deployments);
  writeSeen(guest.name, names);
}
