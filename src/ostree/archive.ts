// A repository that clients pull from, served by any web server.
import { existsSync, readdirSync } from 'node:fs';
import { Failure } from '../host/failure.ts';
import { readRegularFile } from '../host/node-files.ts';
import { parseKeyfile } from './keyfile.ts';

/** The directory for our own files in such a repository. */
export const ownPartOf = (repository: string): string => `${repository}/ostree-guests`;

export interface Obstacle {
  readonly message: string;
  readonly remedy: string;
}

/** Returns why commits cannot be published in a directory; undefined if they can. */
export function whyNotArchive(repository: string): Obstacle | undefined {
  if (!existsSync(repository))
    return { message: `${repository} does not exist`, remedy: `Run: mkdir -p ${repository}` };
  const config = readRegularFile(`${repository}/config`);
  if (config === undefined) return hasOtherFiles(repository) ? occupied(repository) : undefined;
  const mode = parseKeyfile(config)['core']?.['mode'];
  if (mode === 'archive-z2' || mode === 'archive') return undefined;
  const message = `${repository} is a repository of mode '${mode ?? 'none'}', which web servers cannot serve`;
  return { message, remedy: 'Name another directory, or make it with: ostree init --mode=archive' };
}

/** Fails if commits cannot be published in a directory. */
export function requirePublishable(repository: string): void {
  const why = whyNotArchive(repository);
  if (why) throw new Failure(why.message, why.remedy);
}

/** `ostree init` writes `config` last: without it, the directory is empty or what a killed run left. */
const hasOtherFiles = (repository: string): boolean =>
  readdirSync(repository).some((name) => !partsOfRepository.test(name));
const partsOfRepository = /^(\.lock|extensions|lost\+found|objects|ostree-guests|refs|state|tmp)$/;

const occupied = (repository: string): Obstacle => ({
  message: `${repository} is not empty and not an OSTree repository`,
  remedy: 'Name an empty directory, or a repository',
});
