// Writes the archive of a guest to standard output. Runs confined: it sees only the guest's files, read-only.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, lstatSync, readdirSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../host/failure.ts';
import { requireSuccess, run } from '../../host/process.ts';
import { etcName, manifestName, repositoryName, type Tell, varName, withTrailer } from './stream.ts';

/** Where the process sees the parts of the guest. */
export const packPlace = '/export';

/** tar(1): owners as numbers, all attributes, holes as holes, and no times of the last reading. */
export const tarOptions = ['--file=-', '--numeric-owner', '--xattrs', '--xattrs-include=*', '--acls'];

export async function pack(compress: boolean, progress: Tell, warn: (text: string) => void): Promise<void> {
  const parts = [manifestName, repositoryName, etcName, varName].filter((name) =>
    readdirSync(packPlace).includes(name),
  );
  const devices = await devicesIn(parts);
  for (const device of devices) warn(`Left out, because it is a device: ${device}`);
  const tar = spawn(
    'tar',
    [
      '--create',
      ...tarOptions,
      '--sparse',
      '--format=posix',
      '--pax-option=delete=atime,delete=ctime',
      '--warning=no-file-ignored',
      `--directory=${packPlace}`,
      '--anchored',
      '--no-wildcards',
      ...devices.map((device) => `--exclude=${device}`),
      '--',
      ...parts,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const zstd = compress ? spawn('zstd', zstdOptions, { stdio: ['pipe', 'inherit', 'inherit'] }) : undefined;
  const out = zstd?.stdin ?? createWriteStream('', { fd: 1, autoClose: false });
  const ends = [exitOf('tar', tar), ...(zstd ? [exitOf('zstd', zstd)] : [])];
  await Promise.all([pipeline(withTrailer(tar.stdout as Readable, progress), out), ...ends]);
}

/** Quick rather than small: the first level takes half of the time of the default. */
const zstdOptions = ['--quiet', '-1', '--threads=0', '--stdout', '-'];

/** Fails unless the program succeeds. */
export async function exitOf(name: string, child: ChildProcess): Promise<void> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code !== 0) throw new Failure(`${name} failed (${code === null ? signal : `exit code ${code}`})`);
}

/**
 * Returns the devices of a guest, as paths in the archive: nobody may create them on another host. A whiteout of overlayfs is
 * a device without a driver, which anybody may create.
 */
async function devicesIn(parts: readonly string[]): Promise<string[]> {
  const where = parts.filter((part) => part === etcName || part === varName);
  const find = [
    ...where.map((part) => `${packPlace}/${part}`),
    '(',
    '-type',
    'b',
    '-o',
    '-type',
    'c',
    ')',
    '-print0',
  ];
  const finished = await run('find', find);
  requireSuccess('Cannot look through the guest', finished);
  return finished.stdout
    .split('\0')
    .filter((path) => path !== '' && lstatSync(path).rdev !== 0)
    .map((path) => path.slice(packPlace.length + 1));
}
