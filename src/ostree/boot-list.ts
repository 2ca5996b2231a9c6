// The boot list is a guest's boot menu: its entries are files of the Boot Loader Specification, which every version of
// libostree reads back as they are. A change of one file is atomic, needs no lock and hardly any space, and works
// on versions that have no `ostree admin set-default`. Only the boot step does this, while the guest is stopped.
import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory, writeAtomically } from '../host/atomic-file.ts';
import { withVersion } from './boot-entries.ts';
import { type Deployment, listDeployments } from './deployments.ts';

/** Moves a deployment to the front of the boot list. */
export function makeDefault(sysroot: string, { entry }: Deployment): void {
  const highest = Math.max(...listDeployments(sysroot).map((deployment) => deployment.entry.version));
  if (entry.version === highest) return;
  writeAtomically(entry.file, withVersion(readFileSync(entry.file, 'utf8'), highest + 1));
}

/** Removes a deployment from the boot list; the next clean-up deletes it. */
export function undeploy({ entry }: Deployment): void {
  rmSync(entry.file);
  syncDirectory(dirname(entry.file));
}
