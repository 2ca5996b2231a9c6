import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { requireRoom } from '../../host/disk-room.ts';
import { Failure } from '../../host/failure.ts';
import { installRemedy } from '../../host/install-remedy.ts';
import { shown } from '../../host/printable.ts';
import { endingWords, run } from '../../host/process.ts';

/** The programs that decompress layers, by the first bytes of a file. */
const programs: Readonly<Record<string, readonly number[]>> = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  bzip2: [0x42, 0x5a, 0x68],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
};

/** Decompresses an archive to `to`, and returns where it is: an archive that is not compressed stays where it was. */
export async function decompressed(archive: string, to: string): Promise<string> {
  const begin = bytesOf(archive, 0, 8);
  const [program] =
    Object.entries(programs).find(([, bytes]) => bytes.every((byte, at) => begin[at] === byte)) ?? [];
  if (program === undefined) return archive;
  requireRoom(dirname(to), sizeHint(archive, program), 'Unpacking a layer');
  const stdin = openSync(archive, 'r');
  const stdout = openSync(to, 'w', 0o600);
  try {
    const finished = await run(program, ['-dc'], { descriptors: { stdin, stdout } });
    if (finished.ended === 'notFound')
      throw new Failure(
        `a layer is compressed by ${program}, which is not on this host`,
        installRemedy(program),
      );
    if (finished.exitCode !== 0)
      throw new Failure(
        `a layer cannot be decompressed: ${shown(finished.stderr.trim()) || endingWords(finished)}`,
      );
  } finally {
    closeSync(stdin);
    closeSync(stdout);
  }
  return to;
}

/** Returns at least how many bytes an archive may unpack to. gzip ends with the size modulo 4 GB; it may lie. */
function sizeHint(archive: string, program: string): number {
  const { size } = statSync(archive);
  return program === 'gzip' && size >= 18 ? bytesOf(archive, size - 4, 4).readUInt32LE() : size;
}

function bytesOf(file: string, position: number, count: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(count);
    readSync(descriptor, bytes, 0, count, position);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
