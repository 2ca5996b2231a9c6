import { stateFiles } from './state-files.ts';

/** The packages that declarations have brought into a guest that manages itself, to undo them later. */
export interface PackagesInside {
  readonly install: readonly string[];
  readonly remove: readonly string[];
}

export const readPackagesInside = (guest: string): PackagesInside | undefined =>
  stateFiles.packagesInside.read(guest);
export const writePackagesInside = (guest: string, packages: PackagesInside): void =>
  stateFiles.packagesInside.write(guest, packages);
export const dropPackagesInside = (guest: string): void => stateFiles.packagesInside.remove(guest);
