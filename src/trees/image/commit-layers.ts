import { linkSync, rmSync } from 'node:fs';
import { syncFileSystem } from '../../host/copy-tree.ts';
import { codeOf, Failure } from '../../host/failure.ts';
import { isDirectory } from '../../host/tree-files.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { type Checksum, checksumFrom } from '../../ostree/names.ts';
import { ostree } from '../../ostree/ostree.ts';
import { holdCommit } from '../../ostree/repository.ts';
import { impliedFile } from './compose.ts';
import { layerRef } from './layer-refs.ts';
import { layerIn, placeOfLayer } from './unpack-layer.ts';

/** The commits of layers, by the SHA-256 of their archives. */
export type LayerCommits = ReadonlyMap<string, Checksum>;

/**
 * Commits the files of unpacked layers, whiteouts included, without refs: see holdLayers(). Each `ostree commit` flushes the file
 * system and 257 directories, so the layers are first committed without that into a repository of their own, then flushed once
 * and linked from there. Nothing that is not flushed gets into the repository: libostree takes any object that exists for
 * complete, also one that a power cut has emptied. If one cannot be committed, those before it are kept all the same.
 */
export async function commitLayers(
  hexes: readonly string[],
  work: string,
  repository: string,
): Promise<LayerCommits> {
  const commits = new Map<string, Checksum>();
  if (hexes.length === 0) return commits;
  const staging = stagingOf(repository);
  await removeTree(staging);
  await ostree(`Cannot make ${staging}`, `--repo=${staging}`, 'init', '--mode=bare');
  try {
    for (const hex of hexes) commits.set(hex, await commitLayer(hex, work, staging));
  } catch (error) {
    await linkLayers(commits, staging, repository);
    await flushAndHold(repository, commits);
    throw error;
  }
  await linkLayers(commits, staging, repository);
  return commits;
}

async function linkLayers(commits: LayerCommits, staging: string, repository: string): Promise<void> {
  // Without a commit, ostree would take all refs.
  if (commits.size > 0) {
    await syncFileSystem(staging);
    const pull = ['pull-local', '--disable-fsync', staging, ...commits.values()];
    await ostree('Cannot link the new layers', `--repo=${repository}`, ...pull);
  }
  await removeTree(staging);
}

/** Keeps layers of an image that is refused: they need not be downloaded again. */
export async function flushAndHold(repository: string, commits: LayerCommits): Promise<void> {
  if (commits.size === 0) return;
  await syncFileSystem(repository);
  await holdLayers(repository, commits);
}

/** Keeps layers by refs. To be called when they are flushed: no half layer ever counts as unpacked. */
export async function holdLayers(repository: string, commits: LayerCommits): Promise<void> {
  for (const [hex, commit] of commits) await holdCommit(repository, layerRef(hex), commit);
}

/** In the repository, so that it is on one mount with it. What a killed process leaves there is removed with imageWorkOf(). */
export const stagingOf = (repository: string): string => `${repository}/tmp/ostree-guests-layers`;

async function commitLayer(hex: string, work: string, staging: string): Promise<Checksum> {
  const layer = layerIn(placeOfLayer(work, hex));
  // A link could lead to the files of another layer.
  if (!isDirectory(layer)) throw new Failure(`layer ${hex} is not unpacked`);
  const commit = await ostree(
    `Cannot commit layer ${hex}`,
    `--repo=${staging}`,
    'commit',
    '--orphan',
    '--fsync=no',
    '--no-bindings',
    // Two guests that unpack a layer make the same commit.
    '--timestamp=@0',
    // Files are renamed into the repository, which saves copying them.
    ...(isOneMount(`${layer}/${impliedFile}`, `${staging}/tmp`) ? ['--consume'] : []),
    `--tree=dir=${layer}`,
  );
  await removeTree(placeOfLayer(work, hex));
  return checksumFrom(commit);
}

/** True if files can be renamed into a directory. A sysroot elsewhere is another mount here, also on the same file system. */
function isOneMount(file: string, directory: string): boolean {
  const probe = `${directory}/ostree-guests-probe`;
  rmSync(probe, { force: true });
  try {
    linkSync(file, probe);
    rmSync(probe);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EXDEV') return false;
    throw error;
  }
}
