// While a guest is renamed, both names are declared. Conditions let systemd start only the one that has the state directory.
import { rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { enabledDirectory, stateOf } from '../../config/paths.ts';
import { writeAtomically } from '../../host/atomic-file.ts';
import { codeOf, Failure } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { driver } from '../../machine/driver.ts';
import { servicesOfGuest } from '../../machine/guest-state.ts';

export interface Rename {
  readonly from: string;
  readonly to: string;
}

/** The name of the drop-in. */
export const guardName = 'ostree-guests-rename.conf';

const guardOf = (unit: string): string => `${enabledDirectory}/${unit}.d/${guardName}`;

/** Returns the rename of, or to, this name that was begun and not completed. */
export function begunRename(guest: string): Rename | undefined {
  const text = nodeFiles.read(guardOf(driver.unit(guest))) ?? '';
  const [, from, to] = /^# guestctl rename (\S+) (\S+)$/m.exec(text) ?? [];
  return from === undefined || to === undefined ? undefined : { from, to };
}

export const halfRenamed = ({ from, to }: Rename): Failure =>
  new Failure(`The rename of ${from} to ${to} was cut off`, `Complete it: guestctl rename ${from} ${to}`);

/** Refuses to work on a guest whose rename was cut off. */
export function refuseHalfRenamed(guest: string): void {
  const begun = begunRename(guest);
  if (begun) throw halfRenamed(begun);
}

export function writeGuards({ from, to }: Rename): void {
  for (const guest of [to, from]) {
    const text = `# guestctl rename ${from} ${to}
# Only the name that has the state directory is started. Completing the rename removes this file.
[Unit]
ConditionPathIsDirectory=${stateOf(guest)}
`;
    for (const unit of servicesOfGuest(guest)) writeAtomically(guardOf(unit), text);
  }
}

/** Removes the guards of a name. That of the guest's own unit tells of the rename, and is removed last. */
export function removeGuards(guest: string): void {
  for (const unit of servicesOfGuest(guest).toReversed()) {
    rmSync(guardOf(unit), { force: true });
    removeIfEmpty(dirname(guardOf(unit)));
  }
}

/** Removes a directory unless something is in it. */
export function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error;
  }
}
