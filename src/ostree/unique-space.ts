import { run } from '../host/process.ts';
import type { Deployment } from './deployments.ts';

/**
 * Bytes on disk that each deployment has for itself, by their names: what would be free without it. A file of a tree
 * is a hard link to its object in the guest's repository, and that to the objects of other guests; what has more
 * links than those in one deployment and its object is shared.
 */
export async function uniqueSpace(deployments: readonly Deployment[]): Promise<Map<string, number>> {
  if (deployments.length === 0) return new Map();
  const paths = deployments.map(({ path }) => path);
  // -xdev: what is mounted in a deployment that runs is not its own.
  const { stdout } = await run('find', [...paths, '-xdev', '-printf', String.raw`%H\t%y\t%i\t%n\t%b\n`]);
  const bytes = countUnique(stdout);
  return new Map(deployments.map(({ name, path }) => [name, bytes.get(path) ?? 0]));
}

/** In each line, by tabs: the deployment's root, the file's type, inode, hard links, and blocks of 512 bytes. */
export function countUnique(found: string): Map<string, number> {
  const bytes = new Map<string, number>();
  /** How often files with several links were seen, by deployment and inode. */
  const seen = new Map<string, number>();
  for (const line of found.split('\n')) {
    const [root = '', type, inode, links = '', blocks = ''] = line.split('\t');
    if (root === '') continue;
    const file = `${root}\t${inode}`;
    const times = (seen.get(file) ?? 0) + 1;
    if (type !== 'd' && links !== '1') seen.set(file, times);
    // The last of its links in this deployment tells that there are no others but the object.
    const isOwn = type === 'd' || links === '1' || times === Number(links) - 1;
    if (isOwn) bytes.set(root, (bytes.get(root) ?? 0) + Number(blocks) * 512);
  }
  return bytes;
}
