// What a guest that manages itself had staged, and its shutdown did not deploy. OSTree drops it then, writes into a file why, and
// leaves what it has made.
import { rmSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { shown } from '../../host/printable.ts';
import { beginningInside, inside } from '../../host/tree-files.ts';
import { isUp } from '../../machine/guest-state.ts';
import { deployRemedy } from '../../ostree/deploy-remedy.ts';
import { listDeployments, partsOf } from '../../ostree/deployments.ts';
import { removeUnlisted, unlisted } from '../../ostree/unlisted.ts';
import type { Report } from '../../state/report.ts';
import { readSeen } from '../../state/seen-deployments.ts';
import { suspectOf, tellUndeployed } from '../tell-undeployed.ts';

const failureFile = 'boot/ostree/finalize-failure.stamp';

/**
 * Remembers why, and removes what is left, before a start. Else that would look as if it were staged, and an immutable file in it
 * would make each clean-up inside fail. Without the file of OSTree it is not at fault: the guest was killed, or the host lost power.
 */
export async function clearDropped(guest: Guest, report: Report): Promise<void> {
  const { name, sysroot } = guest;
  const deployments = listDeployments(sysroot);
  const [before] = deployments;
  const left = unlisted(sysroot, name, deployments);
  const cause = beginningInside(sysroot, failureFile, 4096)?.trim();
  if ((left.length === 0 && cause === undefined) || (await isUp(name))) return;
  // OSTree may have failed to delete an older one.
  const seen = readSeen(name) ?? [];
  const dropped = left.find((one) => !seen.includes(one));
  if (before && dropped && cause) {
    const { checksum } = partsOf(dropped);
    const reason = `Cannot deploy ${checksum.slice(0, 12)}: ${shown(cause)}`;
    const remedy = deployRemedy(cause, `${before.path}/etc`);
    const failure = { checksum, reason, remedy, suspect: suspectOf(cause), trigger: 'start' } as const;
    report.warn(`The last shutdown failed. ${reason}`);
    await tellUndeployed(guest, before, failure, report);
  }
  await removeUnlisted(sysroot, name);
  // Told here, it is no fault of what is booted now. A unit of OSTree in the guest would fail for it.
  rmSync(inside(sysroot, failureFile), { force: true });
}
