import { stateFiles } from './state-files.ts';

/** What a guest was like before a switch: the measure of what comes after. */
export interface Baseline {
  /** The units that had failed. */
  readonly failedUnits: readonly string[];
}

export const readBaseline = (guest: string): Baseline | undefined => stateFiles.baseline.read(guest);
export const writeBaseline = (guest: string, baseline: Baseline): void =>
  stateFiles.baseline.write(guest, baseline);
