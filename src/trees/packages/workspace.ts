import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { stateDirectory } from '../../config/guest.ts';
import type { Packages } from '../../config/packages.ts';

/**
 * Where a guest's tree is added to: `root` is the tree, `input` what the container is given. On the file system of the
 * guests, so that it can be made of links. Of `root`, only confined processes and the container see the content.
 */
export const workspaceOf = (guest: string): string => `${stateDirectory}/${guest}/layers`;

/** Puts what a container is given where it finds it. */
export function writeInput(directory: string, { files, repositories, keys }: Packages): void {
  const input = `${directory}/input`;
  rmSync(input, { recursive: true, force: true });
  for (const [kind, paths] of Object.entries({ packages: files, repositories, keys })) {
    mkdirSync(`${input}/${kind}`, { recursive: true });
    for (const path of paths) copyFileSync(path, `${input}/${kind}/${basename(path)}`);
  }
}

export const writeScript = (directory: string, text: string): void =>
  writeFileSync(`${directory}/input/script`, text);
