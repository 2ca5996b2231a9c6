import { readFileSync } from 'node:fs';
import { type Build, buildDirectory, filesOf } from '../../config/build.ts';
import { sha256 } from '../../host/digest.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { readJson, writeJson } from '../../state/state-file.ts';

/** What came of the last run of a build. */
export interface Result {
  /** What it was told to do: definitionOf(). */
  readonly definition: string;
  /** In milliseconds since 1970. */
  readonly ended: number;
  /** The commit, whether it is a new one or not. */
  readonly checksum?: string;
  /** Why there is none. */
  readonly failure?: string;
}

const resultFile = (name: string): string => `${buildDirectory(name)}/result.json`;

export const readResult = (name: string): Result | undefined => readJson<Result>(resultFile(name));

export const writeResult = (name: string, result: Result): void => writeJson(resultFile(name), result);

/** A digest of all that a build file says, and of the files in /etc and /usr that it names to be run or read. */
export function definitionOf({ values, recipe }: Build): string {
  // The update compares this, and sees no other files of the host: units/ostree-guest-update@.service.
  const seen = filesOf(recipe).filter((file) => /^\/(etc|usr)\/(?!local\/)/.test(file));
  const contents = seen.map((file) => unlessMissing(() => sha256(readFileSync(file))) ?? null);
  const settings = values.settings.map(({ section, key, value }) => [section, key, value]);
  return sha256(JSON.stringify([settings, contents]));
}
