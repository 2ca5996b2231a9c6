import { eachLine } from '../host/each-line.ts';
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

/** Safe for any tree: find(1) opens only directories and follows no link. */
async function ownBytes(root: string): Promise<number> {
  const count = new UniqueCount();
  // -xdev skips mounts in a running deployment. No names are printed, because a tree may have any.
  const find = [root, '-xdev', '-printf', String.raw`%y\t%i\t%n\t%b\n`];
  // The output for a big tree is tens of MiB.
  await run('find', find, { forPeople: true, onOutput: (text) => count.add(text) });
  return count.bytes;
}

/** Adds up files that only one deployment has, from the output of find(1). */
export class UniqueCount {
  bytes = 0;
  /** How often each file with several links was seen, by inode. */
  readonly #seen = new Map<string, number>();

  /** Adds a chunk of the output. Each line has, separated by tabs: type, inode, hard links, and blocks of 512 bytes. */
  readonly add = eachLine((line) => this.#count(line));

  #count(line: string): void {
    const [type, inode = '', links = '', blocks = ''] = line.split('\t');
    const times = (this.#seen.get(inode) ?? 0) + 1;
    if (type !== 'd' && links !== '1') this.#seen.set(inode, times);
    // All links but the object's have been seen in this deployment.
    if (type === 'd' || links === '1' || times === Number(links) - 1) this.bytes += Number(blocks) * 512;
  }
}
