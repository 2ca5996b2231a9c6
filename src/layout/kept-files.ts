import { lstatSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { inside, placeInside } from './inside.ts';

/** Files of a tree that a container may change for itself, as they were. */
type Kept = { readonly link: string } | { readonly content: Buffer } | undefined;
export type KeptFiles = ReadonlyMap<string, Kept>;

export const keepFiles = (root: string, paths: readonly string[]): KeptFiles =>
  new Map(
    paths.map((path): [string, Kept] => {
      const file = inside(root, path);
      const stat = lstatSync(file, { throwIfNoEntry: false });
      if (stat?.isSymbolicLink()) return [path, { link: readlinkSync(file) }];
      return [path, stat?.isFile() ? { content: readFileSync(file) } : undefined];
    }),
  );

export function restoreFiles(root: string, kept: KeptFiles): void {
  for (const [path, was] of kept) {
    const file = placeInside(root, path);
    rmSync(file, { recursive: true, force: true });
    if (was && 'link' in was) symlinkSync(was.link, file);
    else if (was) writeFileSync(file, was.content);
  }
}
