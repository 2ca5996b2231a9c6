import { readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { unlessMissing } from '../../host/node-files.ts';
import type { Deployment } from '../../ostree/deployments.ts';

/** Where systemd-nspawn finds the deployment to boot. */
const rootLink = (guest: string): string => `/run/ostree-guests/${guest}/root`;

/** The deployment that the guest runs from, or, where it is stopped, that it was last to be started from. */
export function bootedRoot(guest: string): string | undefined {
  return unlessMissing(() => readlinkSync(rootLink(guest)));
}

/** Replaces the link in one step. */
export function point(guest: string, { path }: Deployment): void {
  const link = rootLink(guest);
  rmSync(`${link}.new`, { force: true });
  symlinkSync(path, `${link}.new`);
  renameSync(`${link}.new`, link);
  // By this file, in its /run, a guest that manages itself knows that it was booted with OSTree.
  writeFileSync(`/run/ostree-guests/${guest}/ostree-booted`, '');
}
