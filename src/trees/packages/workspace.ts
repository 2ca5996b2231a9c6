import { copyFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { Packages } from '../../config/packages.ts';
import { stateOf } from '../../config/paths.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { writeFile } from '../../host/write-file.ts';

/**
 * Returns the workspace for adding packages: `root` is the tree, `input` the input of the container. On the file system of the
 * guests, so that it can be made of links. Only confined processes and the container read `root`.
 */
export const workspaceOf = (guest: string): string => `${stateOf(guest)}/layers`;

/** Writes the input of a container. */
export function writeInput(directory: string, { files, repositories, keys }: Packages): void {
  const input = `${directory}/input`;
  rmSync(input, { recursive: true, force: true });
  for (const [kind, paths] of Object.entries({ packages: files, repositories, keys })) {
    makeDirectories(`${input}/${kind}`);
    for (const path of paths) copyFileSync(path, `${input}/${kind}/${basename(path)}`);
  }
}

export const writeScript = (directory: string, text: string): void =>
  writeFile(`${directory}/input/script`, text);
