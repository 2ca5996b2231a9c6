import { type RunResult, withLastSuccess } from './run-result.ts';
import { unlessDamaged } from './state-file.ts';
import { mirrorResultFile } from './state-files.ts';

/** How the last run of a mirror ended. What it has is in the records of its repository: published.ts. */
export interface MirrorResult extends RunResult {
  /** What makes the mirror slower than it has to be. */
  readonly hint?: string | undefined;
}

export const readMirrorResult = (mirror: string): MirrorResult | undefined => mirrorResultFile.read(mirror);
export const writeMirrorResult = (mirror: string, result: MirrorResult): void =>
  mirrorResultFile.write(
    mirror,
    withLastSuccess(
      result,
      unlessDamaged(() => readMirrorResult(mirror)),
    ),
  );
