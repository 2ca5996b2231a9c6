import { readdirSync } from 'node:fs';
import type { DiskSpace } from '../host/disk-room.ts';
import { eachLine } from '../host/each-line.ts';
import { unlessMissing } from '../host/node-files.ts';
import { run } from '../host/process.ts';
import type { Deployment } from './deployments.ts';

/**
 * Returns the bytes on disk that only one deployment uses, by name: they would be free without it. A file of a tree
 * is a hard link to its object in the guest's repository, and to the objects of other guests. A file with more
 * links than those in one deployment and its object is shared.
 */
export async function uniqueSpace(deployments: readonly Deployment[]): Promise<Map<string, number>> {
  if (deployments.length === 0) return new Map();
  const sizes = new Map<string, number>();
  for (const { name, path } of deployments) sizes.set(name, await ownBytes(path));
  return sizes;
}

/** Type, inode, links and blocks. No names are printed, because a tree may have any. */
const format = String.raw`%y\t%i\t%n\t%b\n`;

/** Safe for any tree: find(1) opens only directories and follows no link. */
async function ownBytes(root: string): Promise<number> {
  const count = new UniqueCount(1);
  // -xdev skips mounts in a running deployment.
  const find = [root, '-xdev', '-printf', format];
  // The output for a big tree is tens of MiB.
  await run('find', find, { forPeople: true, onOutput: (text) => count.add(text) });
  return count.bytes;
}

/** The bytes on disk of a guest's trees: its repository and its deployments, without its /var. */
export interface TreeSpace {
  readonly all: number;
  /** What would be free without the guest: it shares the rest with other guests. */
  readonly own: number;
}

/** Measures the trees of a guest. */
export async function treeSpace(sysroot: string): Promise<TreeSpace> {
  const stateroots = `${sysroot}/ostree/deploy`;
  const names = unlessMissing(() => readdirSync(stateroots)) ?? [];
  const prune = names.flatMap((name) => ['-path', `${pattern(`${stateroots}/${name}`)}/var`, '-prune', '-o']);
  const count = new UniqueCount(0);
  const find = [`${sysroot}/`, '-xdev', ...prune, '-printf', format];
  await run('find', find, { forPeople: true, onOutput: (text) => count.add(text) });
  return { all: count.all, own: count.bytes };
}

/** Measures what OSTree writes for a deployment like this one: each directory, and all of /etc. The files of the tree are hard links. */
export async function spaceToDeploy(root: string): Promise<DiskSpace> {
  const sum = { bytes: 0, files: 0 };
  const add = eachLine((blocks) => {
    sum.bytes += Number(blocks) * 512;
    sum.files += 1;
  });
  const written = ['-type', 'd', '-o', '-path', `${pattern(root)}/etc/*`];
  const find = [root, '-xdev', '(', ...written, ')', '-printf', '%b\\n'];
  await run('find', find, { forPeople: true, onOutput: add });
  return sum;
}

/** Returns a pattern of find(1) that matches this path only. */
const pattern = (path: string): string => path.replace(/[*?[\]\\]/g, '\\$&');

/** Adds up files that only one deployment has, from the output of find(1). */
export class UniqueCount {
  bytes = 0;
  /** With those that others have, too. */
  all = 0;
  /** How many links of a file are elsewhere, although nobody else has it: an object of the repository. */
  readonly #elsewhere: number;
  /** How often each file with several links was seen, by inode. */
  readonly #seen = new Map<string, number>();

  constructor(elsewhere: number) {
    this.#elsewhere = elsewhere;
  }

  /** Adds a chunk of the output. Each line has, separated by tabs: type, inode, hard links, and blocks of 512 bytes. */
  readonly add = eachLine((line) => this.#count(line));

  #count(line: string): void {
    const [type, inode = '', links = '', blocks = ''] = line.split('\t');
    const times = (this.#seen.get(inode) ?? 0) + 1;
    if (type !== 'd' && links !== '1') this.#seen.set(inode, times);
    const bytes = Number(blocks) * 512;
    if (times === 1) this.all += bytes;
    // All links but those elsewhere have been seen here.
    if (type === 'd' || links === '1' || times === Number(links) - this.#elsewhere) this.bytes += bytes;
  }
}
