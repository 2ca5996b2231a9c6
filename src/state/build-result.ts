import type { Checksum } from '../ostree/names.ts';
import { type RunResult, writeRunResult } from './run-result.ts';
import { buildResultFile } from './state-files.ts';

/** The result of the last run of a build. */
export interface BuildResult extends RunResult {
  /** The definition that it ran: definitionOf(). */
  readonly definition: string;
  /** The commit, whether it is a new one or not. */
  readonly checksum?: Checksum | undefined;
}

export const readResult = (build: string): BuildResult | undefined => buildResultFile.read(build);
export const writeResult = (build: string, result: BuildResult): void =>
  writeRunResult(buildResultFile, build, result);
