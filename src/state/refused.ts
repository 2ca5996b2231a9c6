import type { Checksum } from '../ostree/names.ts';
import { stateFiles } from './state-files.ts';

/** An attempt whose result had already been rejected. */
export interface Refused {
  /** A digest of the offer, the declaration, and the deployment to replace. */
  readonly attempt: string;
  /** The rejected commit that resulted. */
  readonly rejected: Checksum;
  /** In milliseconds since 1970. */
  readonly time: number;
}

export const readRefused = (guest: string): Refused | undefined => stateFiles.refused.read(guest);
export const writeRefused = (guest: string, refused: Refused): void =>
  stateFiles.refused.write(guest, refused);
