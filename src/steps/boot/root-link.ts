import { readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rootLinkOf, runtimeOf } from '../../config/paths.ts';
import { unlessMissing } from '../../host/node-files.ts';
import type { Deployment } from '../../ostree/deployments.ts';

/** Returns the root that the guest runs from; if it is stopped, that of its last start. */
export function bootedRoot(guest: string): string | undefined {
  return unlessMissing(() => readlinkSync(rootLinkOf(guest)));
}

/** Replaces the link in one step. */
export function point(guest: string, { path }: Deployment): void {
  const link = rootLinkOf(guest);
  rmSync(`${link}.new`, { force: true });
  symlinkSync(path, `${link}.new`);
  renameSync(`${link}.new`, link);
  // This file in its /run tells a guest that manages itself that it was booted with OSTree.
  writeFileSync(`${runtimeOf(guest)}/ostree-booted`, '');
}
