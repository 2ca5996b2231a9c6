import { stateFiles } from './state-files.ts';

/** The state of a guest before a switch, to compare the new deployment with. */
export interface Baseline {
  /** The units that had failed. */
  readonly failedUnits: readonly string[];
}

export const readBaseline = (guest: string): Baseline | undefined => stateFiles.baseline.read(guest);
export const writeBaseline = (guest: string, baseline: Baseline): void =>
  stateFiles.baseline.write(guest, baseline);
