// The product as a package installs it, to be laid over the host's tree.
import { readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { checkout } from './paths.ts';
import { hostRecipe } from './recipe.ts';

const database = 'usr/lib/sysimage/dpkg';
const users = ['passwd', 'group'];

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
  const take = (path: string, to: string) =>
    execa('ostree', [`--repo=${trees}`, 'checkout', '--force-copy', '--union', '--subpath', path, ref, to]);
  await take(`/${database}`, dpkg);
  // The database of the overrides of modes names users and groups: dpkg-statoverride(1).
  const etc = join(destination, 'etc');
  await mkdir(etc);
  for (const file of users) await take(`/usr/etc/${file}`, etc);
  // Its scripts see an empty root, $DPKG_ROOT, and must leave the machine that this runs on alone.
  await execa('dpkg', [`--root=${destination}`, '--force-script-chrootless', '--install', ...debs]);
  await mkdir(join(destination, database, '..'), { recursive: true });
  await rename(dpkg, join(destination, database));
  await rm(join(destination, 'var'), { recursive: true });
  for (const file of users) await rm(join(etc, file));
  await rename(etc, join(destination, 'usr/etc'));
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
