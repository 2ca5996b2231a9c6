import type { Checksum } from '../ostree/names.ts';
import { stateFiles } from './state-files.ts';

/** The commit that a switch has asked for: a start deploys it although NotBefore= or SwitchWindowSec= holds it back. */
export interface Released {
  readonly checksum: Checksum;
}

export const readReleased = (guest: string): Checksum | undefined =>
  stateFiles.released.read(guest)?.checksum;

export const release = (guest: string, checksum: Checksum): void =>
  stateFiles.released.write(guest, { checksum });

export const forgetReleased = (guest: string): void => stateFiles.released.remove(guest);
