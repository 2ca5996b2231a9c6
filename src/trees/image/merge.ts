import { renameSync, rmdirSync, rmSync } from 'node:fs';
import { isDirectory, namesIn } from '../../host/tree-files.ts';

/**
 * Puts a layer over the tree below it, by the rules of the OCI image specification ("Representing Changes"): what is
 * left is `upper`. Only names are moved, so that owners, modes, attributes and hard links stay what they are.
 * `hasEntry` tells the directories that the layer itself describes; of others, it only needed a place for a file.
 */
export function mergeLayer(
  lower: string,
  upper: string,
  hasEntry: (path: string) => boolean,
  path = '',
): void {
  const { isOpaque, gone } = takeWhiteouts(upper);
  const ours = new Set(namesIn(upper));
  for (const name of isOpaque ? [] : namesIn(lower)) {
    const [below, above] = [`${lower}/${name}`, `${upper}/${name}`];
    if (gone.has(name)) continue;
    if (!ours.has(name)) renameSync(below, above);
    else if (isDirectory(below) && isDirectory(above)) {
      mergeLayer(below, above, hasEntry, path === '' ? name : `${path}/${name}`);
      ours.delete(name);
    }
  }
  // Those that are new may have whiteouts, too.
  for (const name of ours) cleanWhiteouts(`${upper}/${name}`);
  if (!hasEntry(path)) keepAttributes(lower, upper);
}

/** What the whiteouts in a directory say; they are gone then. */
function takeWhiteouts(directory: string): { isOpaque: boolean; gone: Set<string> } {
  const whiteouts = namesIn(directory).filter((name) => name.startsWith('.wh.'));
  for (const name of whiteouts) remove(`${directory}/${name}`);
  return {
    isOpaque: whiteouts.includes('.wh..wh..opq'),
    gone: new Set(whiteouts.map((name) => name.slice('.wh.'.length))),
  };
}

function cleanWhiteouts(path: string): void {
  if (!isDirectory(path)) return;
  takeWhiteouts(path);
  for (const name of namesIn(path)) cleanWhiteouts(`${path}/${name}`);
}

/** The directory is the one below, with the content of the other. */
function keepAttributes(lower: string, upper: string): void {
  for (const name of namesIn(lower)) remove(`${lower}/${name}`);
  for (const name of namesIn(upper)) renameSync(`${upper}/${name}`, `${lower}/${name}`);
  rmdirSync(upper);
  renameSync(lower, upper);
}

const remove = (path: string): void => rmSync(path, { recursive: true, force: true });
