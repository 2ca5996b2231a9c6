// The product as a package installs it, to be laid over the host's tree.
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { checkout } from './paths.ts';
import { hostRecipe } from './recipe.ts';

const database = 'usr/lib/sysimage/dpkg';

/**
 * Makes packages of what `npm run build` made, and lets dpkg install those named: what comes of it, as an OSTree tree has it
 * (/usr/etc, nothing in /var), with the host tree's package database.
 */
export async function installProduct(
  destination: string,
  trees: string,
  ref = hostRecipe.ref,
  names = ['ostree-guests'],
): Promise<string> {
  const made = await makePackages(`${destination}-package`, 'deb');
  const debs = names.map((name) => debIn(made, name));
  await mkdir(join(destination, 'var/lib'), { recursive: true });
  const dpkg = join(destination, 'var/lib/dpkg');
  const subpath = ['--subpath', `/${database}`];
  await execa('ostree', [`--repo=${trees}`, 'checkout', '--force-copy', ...subpath, ref, dpkg]);
  // It names users and groups of the tree, which dpkg would look for on the machine that this runs on: dpkg-statoverride(1).
  const [overrides, aside] = [join(dpkg, 'statoverride'), join(destination, 'statoverride')];
  if (existsSync(overrides)) await rename(overrides, aside);
  // Its scripts see an empty root, $DPKG_ROOT, and must leave the machine that this runs on alone.
  await execa('dpkg', [`--root=${destination}`, '--force-script-chrootless', '--install', ...debs]);
  if (existsSync(aside)) await rename(aside, overrides);
  await mkdir(join(destination, database, '..'), { recursive: true });
  await rename(dpkg, join(destination, database));
  await rm(join(destination, 'var'), { recursive: true });
  await rename(join(destination, 'etc'), join(destination, 'usr/etc'));
  return destination;
}

/** Makes packages, of these kinds, in a directory of their own: two runs may do it at once. Answers where they are. */
export async function makePackages(output: string, ...kinds: ('deb' | 'rpm' | 'npm')[]): Promise<string> {
  await execa(join(checkout(), 'packaging/package'), kinds, { env: { OUTPUT: output } });
  return join(output, 'packages');
}

export const debIn = (directory: string, name = 'ostree-guests'): string =>
  join(
    directory,
    readdirSync(directory).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb')) ?? '',
  );
