import type { Checksum } from '../ostree/names.ts';
import { buildResultFile } from './state-files.ts';

/** The result of the last run of a build. */
export interface BuildResult {
  /** The definition that it ran: definitionOf(). */
  readonly definition: string;
  /** In milliseconds since 1970. */
  readonly ended: number;
  /** The commit, whether it is a new one or not. */
  readonly checksum?: Checksum | undefined;
  /** Why there is no commit. */
  readonly failure?: string | undefined;
}

export const readResult = (build: string): BuildResult | undefined => buildResultFile.read(build);
export const writeResult = (build: string, result: BuildResult): void => buildResultFile.write(build, result);
