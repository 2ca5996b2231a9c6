import { readFileSync } from 'node:fs';
import { type Build, filesOf } from '../../config/build.ts';
import { sha256 } from '../../host/digest.ts';
import { unlessMissing } from '../../host/node-files.ts';

/** Returns a digest of a build file, and of the files in /etc and /usr that it runs or reads. */
export function definitionOf({ values, recipe }: Build): string {
  const contents = filesOfDefinition(recipe).map(
    (file) => unlessMissing(() => sha256(readFileSync(file))) ?? null,
  );
  // Where the tree is published makes no other tree.
  const ofTree = values.settings.filter(({ section }) => section !== 'Publish');
  const settings = ofTree.map(({ section, key, value }) => [section, key, value]);
  return sha256(JSON.stringify([settings, contents]));
}

/** The update compares the digest, and sees only these directories: units/ostree-guest-update@.service. */
export const filesOfDefinition = (recipe: Build['recipe']): string[] =>
  filesOf(recipe).filter((file) => /^\/(etc|usr)\/(?!local\/)/.test(file));
