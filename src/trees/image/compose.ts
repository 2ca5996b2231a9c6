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

/**
 * Makes a root directory from the commits of layers that the repository has, the lowest first. Its files are links to the objects
 * of the repository, so nothing may write to them.
 */
export async function composeLayers(
  commits: readonly string[],
  work: string,
  repository: string,
): Promise<string> {
  const root = `${work}/root`;
  remove(root);
  mkdirSync(root, { mode: 0o755 });
  // Each into an empty directory, so that links of lower layers lead nowhere. A commit may be there twice.
  const checkouts = await fewAtATime([...commits.entries()], async ([at, commit]) => {
    const layer = `${work}/layer-${at}`;
    await removeTree(layer);
    const checkout = ['checkout', '--fsync=no', commit, layer];
    await ostree(`Cannot check out layer ${commit}`, `--repo=${repository}`, ...checkout);
    return layer;
  });
  for (const layer of checkouts) {
    const implied = readImplied(`${layer}/${impliedFile}`);
    mergeLayer(root, requireDirectory(layer, layerTree), (path) => !implied.has(path));
    // What the layer hides.
    remove(root);
    renameSync(`${layer}/${layerTree}`, root);
    remove(layer);
  }
  return root;
}

/** Not by rm(1): there is little to remove, twice for each layer. */
const remove = (directory: string): void => rmSync(directory, { recursive: true, force: true });

const isTexts = listOf(isText);

function readImplied(file: string): ReadonlySet<string> {
  const implied: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return new Set(isTexts(implied) ? implied : []);
}
