import { existsSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { removeTree } from '../host/tree-removal.ts';
import { repositoryOf } from '../ostree/repository.ts';
import { stagingOf } from './image/commit-layers.ts';
import { imageWorkOf } from './image/image-source.ts';
import { workspaceOf } from './packages/workspace.ts';
import { removeLeftScratch } from './parts/scratch.ts';

/** Removes the leftovers of an update that was killed while it worked on a tree, and of an export that a power cut has ended. */
export async function removeLeftOver({ name, sysroot }: Guest): Promise<void> {
  for (const directory of [imageWorkOf(name), workspaceOf(name), stagingOf(repositoryOf(sysroot))])
    if (existsSync(directory)) await removeTree(directory);
  await removeLeftScratch(name, sysroot);
}
