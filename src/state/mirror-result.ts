import { type RunResult, writeRunResult } from './run-result.ts';
import { mirrorResultFile } from './state-files.ts';

/** How the last run of a mirror ended. What it has is in the records of its repository: published.ts. */
export interface MirrorResult extends RunResult {
  /** What makes the mirror slower than it has to be. */
  readonly hint?: string | undefined;
}

export const readMirrorResult = (mirror: string): MirrorResult | undefined => mirrorResultFile.read(mirror);
export const writeMirrorResult = (mirror: string, result: MirrorResult): void =>
  writeRunResult(mirrorResultFile, mirror, result);
