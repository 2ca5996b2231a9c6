import { readFileSync } from 'node:fs';
import { type Build, filesOf } from '../../config/build.ts';
import { sha256 } from '../../host/digest.ts';
import { unlessMissing } from '../../host/node-files.ts';

/** A digest of all that a build file says, and of the files in /etc and /usr that it names to be run or read. */
export function definitionOf({ values, recipe }: Build): string {
  // The update compares this, and sees no other files of the host: units/ostree-guest-update@.service.
  const seen = filesOf(recipe).filter((file) => /^\/(etc|usr)\/(?!local\/)/.test(file));
  const contents = seen.map((file) => unlessMissing(() => sha256(readFileSync(file))) ?? null);
  const settings = values.settings.map(({ section, key, value }) => [section, key, value]);
  return sha256(JSON.stringify([settings, contents]));
}
