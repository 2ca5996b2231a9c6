import { readFileSync } from 'node:fs';
import { placeOf } from '../../config/guest.ts';
import type { Packages } from '../../config/packages.ts';
import { stateDirectory } from '../../config/paths.ts';
import { Failure } from '../../host/failure.ts';
import { lookOnHost } from '../../host/host-look.ts';
import { localPaths } from './local-paths.ts';
import type { Owner } from './owner.ts';

/** Directories of the host that programs of a tree must never see. */
const closed = [
  '/boot',
  '/dev',
  '/efi',
  '/etc',
  '/ostree',
  '/proc',
  '/root',
  '/run',
  '/sys',
  '/sysroot',
  // /root on an OSTree host.
  '/var/roothome',
  stateDirectory,
];

/**
 * Returns the directories of this host that the package container may read: those that the files of Repository= name,
 * but not those of the tree's own sources, because its author would then choose what is read of the host.
 */
export async function hostRepositories(owner: Owner, { repositories }: Packages): Promise<string[]> {
  const paths = repositories.flatMap((file) => localPaths(readFileSync(file, 'utf8')));
  const found = await lookOnHost(owner.unit('look'), [...new Set(paths)]);
  for (const { path, real, type } of found) {
    const wrong = whyClosed(path, real, type);
    if (wrong === undefined) continue;
    const message = `${placeOf(owner, 'Packages', 'Repository')}: file:${path} cannot be a repository: ${wrong}`;
    throw new Failure(message, 'Put the repository into a directory of its own, such as /srv/repository');
  }
  return found.map(({ path }) => path);
}

/** Says why packages must not read a path of the host; undefined if they may. */
export function whyClosed(path: string, real: string, type = 'directory'): string | undefined {
  for (const one of new Set([path, real])) {
    const [hit] = closed.filter((place) => isBelow(one, place) || isBelow(place, one));
    if (hit !== undefined) return `${hit} of the host is closed to packages`;
    if (one === '/usr') return "it would hide the tree's own /usr";
  }
  return /^(directory|regular.*)$/.test(type) ? undefined : 'it is neither a directory nor a file';
}

const isBelow = (path: string, place: string): boolean =>
  path === place || path.startsWith(place === '/' ? place : `${place}/`);
