import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { guestName } from '../config/guest-name.ts';
import { unlessMissing } from '../host/node-files.ts';

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

/** Finds a stateroot of another guest in a sysroot, with deployments or a used /var. A link is none: renamed guests have one. */
export function strangerIn(sysroot: string, guest: string): string | undefined {
  const directory = `${sysroot}/ostree/deploy`;
  const own = staterootOf(sysroot, guest);
  return (unlessMissing(() => readdirSync(directory, { withFileTypes: true })) ?? []).find(
    (entry) => entry.isDirectory() && entry.name !== own && isUsed(`${directory}/${entry.name}`),
  )?.name;
}

/** ostree-admin-os-init(1) makes empty directories in /var. */
const isUsed = (stateroot: string): boolean =>
  existsSync(`${stateroot}/deploy`) ||
  (unlessMissing(() => readdirSync(`${stateroot}/var/lib`)) ?? []).length > 0;
