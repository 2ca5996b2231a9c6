import { readlinkSync } from 'node:fs';
import { rootLinkOf, runtimeOf } from '../../config/paths.ts';
import { replaceLink } from '../../host/atomic-file.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { writeFile } from '../../host/write-file.ts';
import type { Deployment } from '../../ostree/deployments.ts';

/** Returns the root that the guest runs from; if it is stopped, that of its last start. */
export function bootedRoot(guest: string): string | undefined {
  return unlessMissing(() => readlinkSync(rootLinkOf(guest)));
}

/** Replaces the link in one step. */
export function point(guest: string, { path }: Deployment): void {
  replaceLink(rootLinkOf(guest), path);
  // This file in its /run tells a guest that manages itself that it was booted with OSTree.
  writeFile(`${runtimeOf(guest)}/ostree-booted`, '');
}
