import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Guest, stateDirectory } from '../config/guest.ts';
import { searchPath } from '../config/search.ts';
import {
  disableUnits,
  guestUnit,
  maintenanceUnit,
  rehearseUnit,
  reloadUnits,
  stopUnit,
  switchTimerUnit,
  timerUnit,
  unitsOfGuest,
} from '../machine/systemctl.ts';
import { unlessMissing } from '../node-files.ts';
import { clearImmutable } from '../ostree/immutable.ts';

/** What an administrator has written: guest files of packages in /usr stay. */
const declarations = ({ name }: Guest): string[] =>
  searchPath.guests
    .filter((directory) => !directory.startsWith('/usr/'))
    .flatMap((directory) => [`${directory}/${name}.guest`, `${directory}/${name}.guest.d`])
    .filter((path) => existsSync(path));

/** All that a guest consists of, where it is there. */
export const toBeRemoved = (guest: Guest): string[] => [
  ...declarations(guest),
  ...[...new Set([guest.sysroot, `${stateDirectory}/${guest.name}`])].filter((path) => existsSync(path)),
];

/**
 * Removes a guest that does not run. The declaration goes last, so that a removal that was cut off is completed by the
 * next one.
 */
export async function removeGuest(guest: Guest, keepVar: boolean): Promise<void> {
  await disableUnits([guestUnit(guest.name), timerUnit(guest.name), switchTimerUnit(guest.name)]);
  // Nothing may work in what is being deleted; each of these can be stopped at any instant.
  for (const unit of [...unitsOfGuest(guest.name), rehearseUnit(guest.name), maintenanceUnit(guest.name)])
    await stopUnit(unit);
  await removeSysroot(guest, keepVar);
  rmSync(`/run/ostree-guests/${guest.name}`, { recursive: true, force: true });
  // An empty directory: see units/ostree-guest-image@.service.
  unlessMissing(() => rmdirSync(`/run/machines/${guest.name}`));
  for (const path of declarations(guest)) rmSync(path, { recursive: true });
  await reloadUnits();
}

async function removeSysroot({ name, sysroot }: Guest, keepVar: boolean): Promise<void> {
  const state = `${stateDirectory}/${name}`;
  const stateroot = `${sysroot}/ostree/deploy/${name}`;
  // First of all there is no boot list any more: from here on the guest has not been created.
  if (existsSync(`${sysroot}/boot`)) renameSync(`${sysroot}/boot`, `${sysroot}/boot.removed`);
  await clearImmutable(sysroot);
  if (!keepVar) {
    rmSync(sysroot, { recursive: true, force: true });
    rmSync(state, { recursive: true, force: true });
    return;
  }
  const kept = [`${stateroot}/var`, sysroot];
  for (const path of [state, sysroot, `${sysroot}/ostree`, dirname(stateroot), stateroot])
    removeBut(path, kept);
}

/** Removes all that is in a directory, but for what is to be kept and what leads there. */
function removeBut(directory: string, kept: readonly string[]): void {
  for (const entry of unlessMissing(() => readdirSync(directory)) ?? []) {
    const path = `${directory}/${entry}`;
    if (!kept.some((one) => one === path || one.startsWith(`${path}/`)))
      rmSync(path, { recursive: true, force: true });
  }
}
