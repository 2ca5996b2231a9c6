// The product as a package would install it, to be laid over the host's tree.
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { checkout } from './paths.ts';

/** Installs what `npm run build` made into a directory, as an OSTree tree has it (/usr/etc, nothing in /var). */
export async function installProduct(destination: string): Promise<string> {
  const root = checkout();
  if (!existsSync(join(root, 'Makefile'))) throw new Error(`${root} has no Makefile: nothing to install`);
  if (!existsSync(join(root, 'dist'))) throw new Error(`${root}/dist is missing: run "npm run build" first`);
  await execa('make', ['-s', '-C', root, 'install', `DESTDIR=${destination}`, 'PREFIX=/usr']);
  if (existsSync(join(destination, 'etc'))) {
    await rename(join(destination, 'etc'), join(destination, 'usr/etc'));
  }
  return destination;
}
