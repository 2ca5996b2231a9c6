// The disk of the virtual machine: partitioned, with a boot loader, the host deployed from a commit with the product in it.
// It is made once for each version of the trees and of the product, and kept in the cache; runs write into overlays.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheDirectory, checkout } from '../host/paths.ts';
import { installProduct } from '../host/product.ts';
import { recipeKey } from '../host/recipe.ts';
import { say } from '../host/say.ts';
import { buildTrees, type Trees } from '../host/trees.ts';
import { vmGuest, vmHost } from './recipe.ts';

export interface Disk {
  readonly image: string;
  readonly trees: Trees;
}

export async function makeDisk(work: string): Promise<Disk> {
  const trees = await buildTrees(vmHost, vmGuest);
  const product = await installProduct(join(work, 'product'), trees.repo, vmHost.ref);
  const image = join(cacheDirectory(), `vm-${await keyOf(product)}.img`);
  if (!existsSync(image)) {
    const started = Date.now();
    const fresh = join(work, 'disk.img');
    say('making the disk of the virtual machine ...');
    await execa(maker(), [fresh, join(work, 'disk'), trees.repo, vmHost.ref, product]);
    await removeOld();
    await rename(fresh, image);
    say(`  the disk is made (${Math.round((Date.now() - started) / 1000)} s)`);
  }
  const linked = join(work, 'base.img');
  await link(image, linked);
  return { image: linked, trees };
}

const maker = () => join(checkout(), 'test/vm/make-disk');

/** A digest of all that the disk is made of. */
async function keyOf(product: string): Promise<string> {
  const { stdout: files } = await execa(
    'bash',
    ['-c', 'find . -type f -not -path "*/sysimage/dpkg/*" -print0 | sort -z | xargs -0 sha256sum'],
    { cwd: product },
  );
  const how = await readFile(maker(), 'utf8');
  return createHash('sha256')
    .update(recipeKey(vmHost, vmGuest))
    .update(files)
    .update(how)
    .digest('hex')
    .slice(0, 12);
}

/** Disks of earlier versions, which nobody asks for again. A run has a link of its own to the disk that it began with. */
async function removeOld(): Promise<void> {
  for (const file of readdirSync(cacheDirectory()))
    if (/^vm-[0-9a-f]+\.img$/.test(file)) await rm(join(cacheDirectory(), file));
}
