import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { fewAtATime } from '../../host/few-at-a-time.ts';
import { isText, listOf } from '../../host/json-fields.ts';
import { requireDirectory } from '../../host/tree-files.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { ostree } from '../../ostree/ostree.ts';
import { mergeLayer } from './merge.ts';

/** The parts of a layer's commit: its files, and the directories that it has files in but does not describe. */
export const layerTree = 'tree';
export const impliedFile = 'implied.json';

/** Makes a root directory to compose in: empty, or with a merged tree. */
export async function beginRoot(root: string, repository: string, merged?: string): Promise<void> {
  await removeTree(root);
  if (merged === undefined) mkdirSync(root, { mode: 0o755 });
  else await checkOut(repository, merged, root);
}

/**
 * Merges layers over a root directory, the lowest first, from their commits in the repository. Its files are links to the objects
 * of the repository, so nothing may write to them.
 */
export async function addLayers(
  root: string,
  commits: readonly string[],
  work: string,
  repository: string,
): Promise<void> {
  // Each into an empty directory, so that links of lower layers lead nowhere. A commit may be there twice.
  const layers = await fewAtATime([...commits.entries()], async ([at, commit]) => {
    const layer = `${work}/layer-${at}`;
    await removeTree(layer);
    await checkOut(repository, commit, layer);
    return layer;
  });
  for (const layer of layers) {
    const implied = readImplied(`${layer}/${impliedFile}`);
    mergeLayer(root, requireDirectory(layer, layerTree), (path) => !implied.has(path));
    // What the layer hides.
    remove(root);
    renameSync(`${layer}/${layerTree}`, root);
    remove(layer);
  }
}

const checkOut = (repository: string, commit: string, directory: string): Promise<string> =>
  ostree(`Cannot check out ${commit}`, `--repo=${repository}`, 'checkout', '--fsync=no', commit, directory);

/** Not by rm(1): there is little to remove, twice for each layer. */
const remove = (directory: string): void => rmSync(directory, { recursive: true, force: true });

const isTexts = listOf(isText);

function readImplied(file: string): ReadonlySet<string> {
  const implied: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return new Set(isTexts(implied) ? implied : []);
}
