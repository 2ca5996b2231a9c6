import type { Guest } from '../../config/guest.ts';
import { ownProgram, roomsOf, runConfined, treeCapabilities } from '../../host/confined.ts';
import { requireSuccess, run } from '../../host/process.ts';
import type { Report } from '../../state/report.ts';
import { doJob } from '../../trees/treework/run.ts';
import { type TransferLine, TransferLines } from './lines.ts';
import { commitsOf } from './manifest.ts';
import { packPlace, zstdOptions } from './pack.ts';
import { type ArchiveParts, linkJob, packJob, type Wish, withParts } from './parts.ts';
import { etcName, manifestName, repositoryName, trailerOf, varName, writeAll } from './stream.ts';

export interface ArchiveTarget {
  /** The file or pipe that the archive is written to. */
  readonly descriptor: number;
  readonly compress: boolean;
}

/** Writes a guest into an archive, and returns what it has. */
export const exportGuest = (guest: Guest, wish: Wish, target: ArchiveTarget, report: Report) =>
  withParts(guest, wish, report.step, async (parts, { requireSame }) => {
    const places = placesOf({ ...parts, repository: await holdCommits(guest, parts) });
    let digest: string | undefined;
    const onLine = (line: TransferLine) => {
      if ('bytes' in line) report.progress(`Exporting ${guest.name}`, line.bytes);
      else if ('warning' in line) report.warn(line.warning);
      else if ('digest' in line) digest = line.digest;
    };
    const lines = new TransferLines(onLine);
    const finished = await runConfined(
      {
        name: packJob(guest.name),
        writable: [],
        // With the directories of the guest, so that it can check that the parts are in them.
        readable: [...roomsOf(guest), ...places],
        capabilities: [...treeCapabilities, 'CAP_SYS_ADMIN'],
        timeLimit: '1d',
        memory: '1G',
      },
      ownProgram('transfer', 'pack', target.compress ? 'zstd' : 'plain', ...places),
      { descriptors: { stdout: target.descriptor }, onErrors: lines.add },
    );
    lines.require(`Cannot export ${guest.name}`, finished);
    if (digest === undefined) throw new Error('the archive was written, but not its checksum');
    requireSame();
    await writeTrailer(target, digest);
    return parts.manifest;
  });

/** Completes the archive. Each program that reads compressed data takes two pieces for one. */
async function writeTrailer({ descriptor, compress }: ArchiveTarget, digest: string): Promise<void> {
  const trailer = trailerOf(digest);
  if (!compress) return writeAll(descriptor, trailer);
  const how = { input: trailer.toString('latin1'), descriptors: { stdout: descriptor } };
  requireSuccess('Cannot complete the archive', await run('zstd', zstdOptions, how));
}

/** Makes a repository of the commits that are wanted. They stay, whatever is pruned meanwhile. */
async function holdCommits(
  guest: Guest,
  { repository: from, scratch, manifest }: ArchiveParts,
): Promise<string> {
  const to = `${scratch}/${repositoryName}`;
  await doJob(
    `Cannot copy the tree of ${guest.name}`,
    { name: linkJob(guest.name), rooms: roomsOf(guest) },
    'linkCommits',
    { from, to, commits: commitsOf(manifest) },
  );
  return to;
}

/** The process that packs sees the parts at fixed places, too. */
const placesOf = ({ manifestFile, repository, etc, var: varDirectory }: ArchiveParts): string[] =>
  [
    [manifestFile, manifestName] as const,
    [repository, repositoryName] as const,
    ...etc.map((path, position) => [path, `${etcName}/${position}`] as const),
    ...(varDirectory === undefined ? [] : [[varDirectory, varName] as const]),
  ].map(([path, name]) => `${path}:${packPlace}/${name}`);
