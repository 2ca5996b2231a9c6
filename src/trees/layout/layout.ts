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
import { forgetIdentity } from './identity.ts';

/**
 * Makes a root directory one that OSTree deploys ("Adapting existing mainstream distributions" in its manual): the
 * defaults of /etc in /usr/etc, nothing in /var but what tmpfiles.d(5) makes there, links where it has them, and a
 * kernel. What has that layout already stays as it is, so that a tree can be laid out again after it was added to.
 * Throws UnfitTree for a tree whose /usr, /etc or /var is no directory; touches nothing outside of the tree.
 */
export function layOut(root: string): void {
  requireSystem(root);
  movePackageDatabase(root);
  moveKernel(root);
  // In images that were OSTree commits, /sysroot has their objects.
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
}

/** Undoes what layOut() does with /etc, to add to a tree: programs want it where it always is. */
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

/** Of /etc and /usr/etc, a tree has one. An empty directory is as good as none. */
function refuseAnother(root: string, path: string, moved: string): void {
  if (kindInside(root, path) === undefined) return;
  requireDirectory(root, path);
  if (listInside(root, path).length > 0)
    throw new UnfitTree(path, `is there beside /${moved}, and they are one`);
}

/** What a root directory was given to run once, and is no part of a tree. */
export function forgetMachine(root: string): void {
  for (const name of ['resolv.conf', 'hostname', '.pwd.lock']) removeInside(root, `etc/${name}`);
  // Empty, not absent: made at the first start, without the questions of a first boot.
  writeInside(root, 'etc/machine-id', '');
}

/** By which files the databases of package managers are known. */
const databases = { dpkg: ['status'], rpm: ['rpmdb.sqlite', 'Packages.db', 'Packages'] };

/** It describes /usr, so it is kept there, where each commit has its own. */
function movePackageDatabase(root: string): void {
  for (const [name, files] of Object.entries(databases)) {
    const [old, kept] = [`var/lib/${name}`, `usr/lib/sysimage/${name}`];
    if (kindInside(root, old) !== 'directory') continue;
    const isIn = (place: string) => files.some((file) => isFile(inside(root, `${place}/${file}`)));
    // Where rpm keeps it there by itself, the package may still make a directory in /var.
    if (isIn(kept) && !isIn(old)) removeInside(root, old);
    else {
      removeInside(root, kept);
      moveInside(root, old, kept);
    }
    linkInside(root, old, `../../${kept}`);
  }
}

/** OSTree deploys no tree without a kernel. A guest never starts it, so that any file will do. */
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

/** What belongs to a machine lives in its /var: /home, /srv and so on are links there. */
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

/** A directory that is moved as a whole keeps its owner and mode. */
function moveDirectory(root: string, from: string, to: string): void {
  if (kindInside(root, from) !== 'directory') return;
  if (kindInside(root, to) === undefined) moveInside(root, from, to);
  else moveContents(root, from, to);
}
