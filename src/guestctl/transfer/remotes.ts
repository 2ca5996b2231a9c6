// The remotes in the repository of a guest that manages itself. For other guests, each update writes them.
import { lstatSync } from 'node:fs';
import { largestFile } from '../../config/file-port.ts';
import { Failure } from '../../host/failure.ts';
import { inOwn } from '../../host/own-directory.ts';
import { readBytesInside } from '../../host/tree-files.ts';
import { parseKeyfile } from '../../ostree/keyfile.ts';
import { repositoryOf } from '../../ostree/repository.ts';
import { configOf } from '../../ostree/sysroot.ts';
import { type CarriedRemote, isRemoteOptions } from '../../trees/parts/carried-remote.ts';

/** Reads them; the guest may have written anything there, and may replace directories while we read. */
export const readRemotes = (sysroot: string): CarriedRemote[] =>
  inOwn(sysroot, repositoryOf(sysroot), (repository) =>
    Object.entries(parseKeyfile(configOf(repository))).flatMap(([group, options]) => {
      const name = /^remote "([\w.+-]{1,100})"$/.exec(group)?.[1];
      if (name === undefined || !isRemoteOptions(options)) return [];
      const keyring = keyringOf(repository, `${name}.trustedkeys.gpg`);
      return [{ name, options, ...(keyring !== undefined && { keyring }) }];
    }),
  );

/**
 * Returns a keyring in base64; undefined if it is missing or not a regular file. Fails if it is too large: without it, the guest
 * could not be updated.
 */
function keyringOf(repository: string, file: string): string | undefined {
  const stat = lstatSync(`${repository}/${file}`, { throwIfNoEntry: false });
  if (!stat?.isFile()) return undefined;
  if (stat.size > largestFile)
    throw new Failure(
      `${repository}/${file} is larger than ${largestFile >> 20} MiB, and no keyring that an archive can have`,
      'Import only the keys of the remote there',
    );
  return readBytesInside(repository, file)?.toString('base64');
}
