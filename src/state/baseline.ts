import { readJson, stateFile, writeJson } from './state-file.ts';

/** What a guest was like before a switch: the measure of what comes after. */
export interface Baseline {
  /** The units that had failed. */
  readonly failedUnits: readonly string[];
}

const fileOf = (guest: string): string => stateFile(guest, 'baseline.json');

export const readBaseline = (guest: string): Baseline | undefined => readJson(fileOf(guest));
export const writeBaseline = (guest: string, baseline: Baseline): void => writeJson(fileOf(guest), baseline);
