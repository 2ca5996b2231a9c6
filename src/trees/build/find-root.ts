import { mkdirSync } from 'node:fs';
import { Failure } from '../../host/failure.ts';
import { shown } from '../../host/printable.ts';
import { kindInside, listInside, removeInside, requireDirectory } from '../../host/tree-files.ts';
import { contentsOf, extract } from '../image/tar.ts';

/**
 * Returns the root directory that the commands left in their working directory, or unpacks the archive that they left. Refuses
 * links: they could lead to any file of the host.
 */
export async function findRoot(container: string, workPlace: string): Promise<string> {
  const place = requireDirectory(container, workPlace);
  const names = listInside(container, workPlace);
  const archive = names.find((name) => /^root\.tar(\.\w+)?$/.test(name));
  if (names.includes('root')) return requireDirectory(container, `${workPlace}/root`);
  if (archive === undefined) {
    const found = names.length > 0 ? shown(names.slice(0, 5).join(', ')) : 'nothing';
    throw new Failure(`no root directory was made: in ${workPlace} there is ${found}`, remedy);
  }
  const kind = kindInside(place, archive);
  if (kind !== 'file') throw new Failure(`${workPlace}/${archive} is a ${kind}, not an archive`, remedy);
  removeInside(container, 'unpacked');
  const root = `${container}/unpacked`;
  mkdirSync(root);
  const file = `${place}/${archive}`;
  await extract(file, root, (await contentsOf(file)).devices);
  return root;
}

const remedy = 'Leave a root directory named root there, or an archive named root.tar';
