import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { stateDirectory } from '../config/guest.ts';
import type { Packages } from '../config/packages.ts';
import { listInside, readInside } from '../layout/inside.ts';
import { undoEtc } from '../layout/layout.ts';
import { ostree } from '../ostree/ostree.ts';

/** Where a guest's tree is added to: on the file system of the guests, so that it can be made of links. */
export const workspaceOf = (guest: string): string => `${stateDirectory}/${guest}/layers`;

export const removeWorkspace = (directory: string): void =>
  rmSync(directory, { recursive: true, force: true });

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

/**
 * Checks a commit out as a root directory, /etc and all. As links it takes no time and no room, but nothing may write
 * to its /usr; as a copy (a reflink where the file system has them) it can be changed.
 */
export async function checkOut(
  directory: string,
  repository: string,
  commit: string,
  how: 'links' | 'copy',
): Promise<void> {
  const root = `${directory}/root`;
  rmSync(root, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const what = `Cannot check out ${commit}`;
  const checkout = (...args: readonly string[]) =>
    ostree(what, `--repo=${repository}`, 'checkout', '--fsync=no', ...args);
  // A guest kept on another file system gets a copy in any case.
  await checkout(...(how === 'links' ? [] : ['--force-copy']), commit, root);
  if (how === 'links') {
    rmSync(`${root}/usr/etc`, { recursive: true });
    await checkout('--force-copy', '--subpath=/usr/etc', commit, `${root}/usr/etc`);
  }
  undoEtc(root);
}

/** Directories of the host that repositories of a tree, or ours, are in: deb822 or one-line sources, .repo files. */
export function localRepositories(directory: string): string[] {
  const root = `${directory}/root`;
  const ofTree = ['etc/apt/sources.list.d', 'etc/yum.repos.d'].flatMap((place) =>
    listInside(root, place).map((name) => `${place}/${name}`),
  );
  const texts = ['etc/apt/sources.list', ...ofTree].map((file) => readInside(root, file) ?? '');
  const ours = listInside(directory, 'input/repositories').map(
    (name) => readInside(directory, `input/repositories/${name}`) ?? '',
  );
  return [...new Set([...texts, ...ours].flatMap(localPaths))].filter((path) => existsSync(path));
}

/** The paths of file: and copy: URIs. */
export const localPaths = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .flatMap((line) =>
      [...line.matchAll(/\b(?:file|copy):(?:\/\/)?(\/[\w./+@~-]*[\w+@~-])/g)].map(([, path = '']) => path),
    );
