import { readFileSync, statSync } from 'node:fs';
import { type Build, filesOf } from '../../config/build.ts';
import { sha256 } from '../../host/digest.ts';
import { unlessMissing } from '../../host/node-files.ts';

/** Returns a digest of a build file, and of the files in /etc and /usr that it runs or reads. */
export function definitionOf({ values, recipe }: Build): string {
  const contents = filesOfDefinition(recipe).map(digestOf);
  // Where the tree is published makes no other tree.
  const ofTree = values.settings.filter(({ section }) => section !== 'Publish');
  const settings = ofTree.map(({ section, key, value }) => [section, key, value]);
  return sha256(JSON.stringify([settings, contents]));
}

/** The update compares the digest, and sees only these directories: units/ostree-guest-update@.service. */
export const filesOfDefinition = (recipe: Build['recipe']): string[] =>
  filesOf(recipe).filter((file) => /^\/(etc|usr)\/(?!local\/)/.test(file));

/**
 * Returns the digest of a file that somebody has named; null if there is no such file. A directory or a pipe is a mistake that the
 * work itself names; a pipe would be read for ever.
 */
export const digestOf = (file: string): string | null =>
  unlessMissing(() => (statSync(file).isFile() ? sha256(readFileSync(file)) : null)) ?? null;
