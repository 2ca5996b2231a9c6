import { readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { unlessMissing } from '../../host/node-files.ts';
import type { Deployment } from '../../ostree/deployments.ts';

/** Returns the link through which systemd-nspawn finds the deployment to boot. */
const rootLink = (guest: string): string => `/run/ostree-guests/${guest}/root`;

/** Returns the root that the guest runs from; if it is stopped, that of its last start. */
export function bootedRoot(guest: string): string | undefined {
  return unlessMissing(() => readlinkSync(rootLink(guest)));
}

/** Replaces the link in one step. */
export function point(guest: string, { path }: Deployment): void {
  const link = rootLink(guest);
  rmSync(`${link}.new`, { force: true });
  symlinkSync(path, `${link}.new`);
  renameSync(`${link}.new`, link);
  // This file in its /run tells a guest that manages itself that it was booted with OSTree.
  writeFileSync(`/run/ostree-guests/${guest}/ostree-booted`, '');
}
