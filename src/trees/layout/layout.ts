import { chmodSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { varLinks } from '../../config/mounts.ts';
import {
  directoryInside,
  inside,
  isFile,
  kindInside,
  linkInside,
  listInside,
  moveContents,
  moveInside,
  removeInside,
  requireDirectory,
  UnfitTree,
  writeInside,
} from '../../host/tree-files.ts';
import { declareUsers, declareVar } from './declare.ts';
import { forgetIdentity } from './machine-identity.ts';

/**
 * Lays a root directory out for OSTree ("Adapting existing mainstream distributions" in its manual): /etc becomes /usr/etc,
 * tmpfiles.d(5) creates the content of /var, /home and others become links, and there is a kernel. Can be repeated, so that
 * packages can be added to a tree later. Throws UnfitTree if /usr, /etc or /var is not a directory. Touches nothing outside of
 * the tree.
 */
export function layOut(root: string): void {
  requireSystem(root);
  movePackageDatabase(root);
  moveKernel(root);
  // In images made from OSTree commits, /sysroot has the objects.
  for (const name of ['boot', 'dev', 'proc', 'run', 'sys', 'sysroot']) {
    removeInside(root, name);
    directoryInside(root, name);
  }
  moveIntoVar(root);
  for (const [name, target] of Object.entries({ ostree: 'sysroot/ostree', tmp: 'sysroot/tmp' }))
    linkInside(root, name, target);
  forgetIdentity(root);
  declareUsers(root);
  declareVar(root);
  moveEtc(root);
  linkIntoUsr(root);
}

/** Moves /usr/etc back to /etc, where package managers expect it. */
export function undoEtc(root: string): void {
  requireDirectory(root, 'usr/etc');
  refuseAnother(root, 'etc', 'usr/etc');
  moveInside(root, 'usr/etc', 'etc');
}

function requireSystem(root: string): void {
  for (const name of ['usr', 'etc']) requireDirectory(root, name);
  if (kindInside(root, 'var') !== undefined) requireDirectory(root, 'var');
}

function moveEtc(root: string): void {
  requireDirectory(root, 'etc');
  refuseAnother(root, 'usr/etc', 'etc');
  moveInside(root, 'etc', 'usr/etc');
}

/** Refuses a tree with both /etc and /usr/etc, unless one of them is empty. */
function refuseAnother(root: string, path: string, moved: string): void {
  if (kindInside(root, path) === undefined) return;
  requireDirectory(root, path);
  if (listInside(root, path).length > 0)
    throw new UnfitTree(path, `is there beside /${moved}, and they are one`);
}

/** Removes files that a root directory got only to run as a container. */
export function forgetMachine(root: string): void {
  for (const name of ['resolv.conf', 'hostname', '.pwd.lock']) removeInside(root, `etc/${name}`);
  // Empty, not missing: systemd then creates the ID, but does not run its first-boot questions.
  writeInside(root, 'etc/machine-id', '');
}

/** The files that show that a directory has the database of a package manager. */
const databases = { dpkg: ['status'], rpm: ['rpmdb.sqlite', 'Packages.db', 'Packages'] };

/** Moves the package database into /usr, because it describes /usr: each commit has its own. */
function movePackageDatabase(root: string): void {
  for (const [name, files] of Object.entries(databases)) {
    const [old, kept] = [`var/lib/${name}`, `usr/lib/sysimage/${name}`];
    if (kindInside(root, old) !== 'directory') continue;
    const isIn = (place: string) => files.some((file) => isFile(inside(root, `${place}/${file}`)));
    // If rpm itself keeps the database in /usr, its package may still create a directory in /var.
    if (isIn(kept) && !isIn(old)) removeInside(root, old);
    else {
      removeInside(root, kept);
      moveInside(root, old, kept);
    }
    linkInside(root, old, `../../${kept}`);
  }
}

/**
 * Moves the kernel to where OSTree expects it. OSTree deploys no tree without a kernel. Guests never boot it, so a placeholder is
 * enough.
 */
function moveKernel(root: string): void {
  const versions = listInside(root, 'usr/lib/modules');
  const kernelOf = (version: string) => `usr/lib/modules/${version}/vmlinuz`;
  if (versions.some((version) => isFile(inside(root, kernelOf(version))))) return;
  const version = versions.find((name) => isFile(inside(root, `boot/vmlinuz-${name}`)));
  if (version === undefined) {
    writeInside(root, kernelOf('0-placeholder'), 'not a kernel\n');
    return;
  }
  moveInside(root, `boot/vmlinuz-${version}`, kernelOf(version));
  const initrd = `boot/initrd.img-${version}`;
  if (isFile(inside(root, initrd))) moveInside(root, initrd, `usr/lib/modules/${version}/initramfs.img`);
}

/**
 * Links /bin, /lib and others into /usr where they are missing: systemd-nspawn makes them at the start (base_filesystem_create),
 * and cannot start a guest whose deployment is immutable.
 */
function linkIntoUsr(root: string): void {
  for (const name of ['bin', 'sbin', 'lib', 'lib64'])
    if (kindInside(root, name) === undefined && kindInside(root, `usr/${name}`) === 'directory')
      linkInside(root, name, `usr/${name}`);
}

/** Moves /home, /srv and other data of a machine into /var, and leaves links. */
function moveIntoVar(root: string): void {
  for (const [link, target] of Object.entries(varLinks)) {
    moveDirectory(root, link, target);
    const isNew = kindInside(root, target) === undefined;
    const place = directoryInside(root, target);
    if (isNew && link === '/root') chmodSync(place, 0o700);
    const kind = kindInside(root, link);
    if (kind === undefined) linkInside(root, link, relative(dirname(link), target));
    else if (kind !== 'link') throw new UnfitTree(link, `is a ${kind}, and has to be a directory or a link`);
  }
  for (const name of ['cache', 'log']) directoryInside(root, `var/${name}`);
}

/** Moves a directory as a whole if possible: then it keeps its owner and mode. */
function moveDirectory(root: string, from: string, to: string): void {
  if (kindInside(root, from) !== 'directory') return;
  if (kindInside(root, to) === undefined) moveInside(root, from, to);
  else moveContents(root, from, to);
}
