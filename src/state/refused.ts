import { stateFiles } from './state-files.ts';

/** An attempt that made nothing but what had failed before. */
export interface Refused {
  /** A digest of what was offered and declared, and of what it was to replace. */
  readonly attempt: string;
  /** The rejected commit that came out. */
  readonly rejected: string;
  /** In milliseconds since 1970. */
  readonly time: number;
}

export const readRefused = (guest: string): Refused | undefined => stateFiles.refused.read(guest);
export const writeRefused = (guest: string, refused: Refused): void =>
  stateFiles.refused.write(guest, refused);
