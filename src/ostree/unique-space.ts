import { run } from '../host/process.ts';
import type { Deployment } from './deployments.ts';

/**
 * Bytes on disk that each deployment has for itself, by their names: what would be free without it. A file of a tree
 * is a hard link to its object in the guest's repository, and that to the objects of other guests; what has more
 * links than those in one deployment and its object is shared.
 */
export async function uniqueSpace(deployments: readonly Deployment[]): Promise<Map<string, number>> {
  if (deployments.length === 0) return new Map();
  const sizes = new Map<string, number>();
  for (const { name, path } of deployments) sizes.set(name, await ownBytes(path));
  return sizes;
}

/** find(1) opens directories only, and follows no link, so that a tree has nothing here to lead it astray. */
async function ownBytes(root: string): Promise<number> {
  const count = new UniqueCount();
  // -xdev: what is mounted in a deployment that runs is not its own. No names: of those a tree may have any.
  const find = [root, '-xdev', '-printf', String.raw`%y\t%i\t%n\t%b\n`];
  // A big tree has lines of tens of MiB.
  await run('find', find, { forPeople: true, onOutput: (text) => count.add(text) });
  return count.bytes;
}

/** Adds up what only one deployment has, as find(1) comes upon it. */
export class UniqueCount {
  bytes = 0;
  #line = '';
  /** How often files with several links were seen, by inode. */
  readonly #seen = new Map<string, number>();

  /** Takes a piece of the output. In each line, by tabs: a file's type, inode, hard links, and blocks of 512 bytes. */
  add(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#count(line);
  }

  #count(line: string): void {
    const [type, inode = '', links = '', blocks = ''] = line.split('\t');
    const times = (this.#seen.get(inode) ?? 0) + 1;
    if (type !== 'd' && links !== '1') this.#seen.set(inode, times);
    // The last of its links in this deployment tells that there are no others but the object.
    if (type === 'd' || links === '1' || times === Number(links) - 1) this.bytes += Number(blocks) * 512;
  }
}
