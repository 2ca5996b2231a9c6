import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { isText, listOf } from '../../host/json-fields.ts';
import { requireDirectory } from '../../host/tree-files.ts';
import { ostree } from '../../ostree/ostree.ts';
import { layerRef } from './layer-refs.ts';
import { mergeLayer } from './merge.ts';

/** The parts of a layer's commit: its files, and the directories that it has files in but does not describe. */
export const layerTree = 'tree';
export const impliedFile = 'implied.json';

/**
 * Makes a root directory from layers that the repository has, the lowest first. Its files are links to the objects of the
 * repository, so nothing may write to them.
 */
export async function composeLayers(
  layers: readonly string[],
  work: string,
  repository: string,
): Promise<string> {
  const root = `${work}/root`;
  const layer = `${work}/layer`;
  remove(root);
  mkdirSync(root, { mode: 0o755 });
  for (const hex of layers) {
    remove(layer);
    // Into an empty directory, so that links of lower layers lead nowhere.
    const checkout = ['checkout', '--fsync=no', layerRef(hex), layer];
    await ostree(`Cannot check out layer ${hex}`, `--repo=${repository}`, ...checkout);
    const implied = readImplied(`${layer}/${impliedFile}`);
    mergeLayer(root, requireDirectory(layer, layerTree), (path) => !implied.has(path));
    // What the layer hides.
    remove(root);
    renameSync(`${layer}/${layerTree}`, root);
  }
  return root;
}

/** Not by rm(1): there is little to remove, once for each layer. */
const remove = (directory: string): void => rmSync(directory, { recursive: true, force: true });

const isTexts = listOf(isText);

function readImplied(file: string): ReadonlySet<string> {
  const implied: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return new Set(isTexts(implied) ? implied : []);
}
