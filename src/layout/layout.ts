import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { varLinks } from '../config/mounts.ts';
import { declareUsers, declareVar } from './declare.ts';
import { inside, isDirectory, isFile, listInside, placeInside, writeInside } from './inside.ts';

/**
 * Makes a root directory one that OSTree deploys ("Adapting existing mainstream distributions" in its manual): the
 * defaults of /etc in /usr/etc, nothing in /var but what tmpfiles.d(5) makes there, links where it has them, and a
 * kernel. What has that layout already stays as it is, so that a tree can be laid out again after it was added to.
 */
export function layOut(root: string): void {
  movePackageDatabase(root);
  moveKernel(root);
  // In images that were OSTree commits, /sysroot has their objects.
  for (const name of ['boot', 'dev', 'proc', 'run', 'sys', 'sysroot']) emptyDirectory(root, name);
  moveIntoVar(root);
  for (const [name, target] of Object.entries({ ostree: 'sysroot/ostree', tmp: 'sysroot/tmp' })) {
    rmSync(`${root}/${name}`, { recursive: true, force: true });
    symlinkSync(target, `${root}/${name}`);
  }
  declareUsers(root);
  declareVar(root);
  renameSync(`${root}/etc`, placeInside(root, 'usr/etc'));
}

/** The other way round, to add to a tree: programs want /etc where it always is. */
export function undoEtc(root: string): void {
  renameSync(inside(root, 'usr/etc'), `${root}/etc`);
}

/** What a root directory was given to run once, and is no part of a tree. */
export function forgetMachine(root: string): void {
  for (const name of ['resolv.conf', 'hostname', '.pwd.lock'])
    rmSync(inside(root, `etc/${name}`), { force: true });
  // Empty, not absent: made at the first start, without the questions of a first boot.
  writeInside(root, 'etc/machine-id', '');
}

/** It describes /usr, so it is kept there, where each commit has its own. */
function movePackageDatabase(root: string): void {
  for (const name of ['dpkg', 'rpm']) {
    const old = inside(root, `var/lib/${name}`);
    if (!isDirectory(old)) continue;
    const kept = placeInside(root, `usr/lib/sysimage/${name}`);
    rmSync(kept, { recursive: true, force: true });
    renameSync(old, kept);
    symlinkSync(`../../usr/lib/sysimage/${name}`, old);
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
  renameSync(inside(root, `boot/vmlinuz-${version}`), inside(root, kernelOf(version)));
  const initrd = inside(root, `boot/initrd.img-${version}`);
  if (isFile(initrd)) renameSync(initrd, inside(root, `usr/lib/modules/${version}/initramfs.img`));
}

function emptyDirectory(root: string, name: string): void {
  rmSync(`${root}/${name}`, { recursive: true, force: true });
  mkdirSync(`${root}/${name}`);
}

/** What belongs to a machine lives in its /var: /home, /srv and so on are links there. */
function moveIntoVar(root: string): void {
  for (const [link, target] of Object.entries(varLinks)) {
    const [from, to] = [inside(root, link), placeInside(root, target)];
    if (isDirectory(from)) {
      mkdirSync(to, { recursive: true });
      for (const name of listInside(root, link)) renameSync(`${from}/${name}`, `${to}/${name}`);
      rmSync(from, { recursive: true });
    }
    mkdirSync(to, { recursive: true, mode: link === '/root' ? 0o700 : 0o755 });
    if (!lstatSync(from, { throwIfNoEntry: false })) symlinkSync(relative(dirname(link), target), from);
  }
  for (const name of ['cache', 'log']) mkdirSync(inside(root, `var/${name}`), { recursive: true });
}
