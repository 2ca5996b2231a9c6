import { renameSync, rmdirSync, rmSync } from 'node:fs';
import { isDirectory, namesIn } from '../../host/tree-files.ts';

/**
 * Merges a layer over the tree below it, by the OCI image specification ("Representing Changes"). The result
 * is `upper`. Only renames, so that owners, modes, attributes and hard links stay.
 * `hasEntry` tells which directories have an entry in the layer; others keep their attributes.
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
  // New directories may have whiteouts, too.
  for (const name of ours) cleanWhiteouts(`${upper}/${name}`);
  if (!hasEntry(path)) keepAttributes(lower, upper);
}

/** Reads and removes the whiteouts in a directory. */
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

/** Moves the content of `upper` into the lower directory, which keeps its attributes. */
function keepAttributes(lower: string, upper: string): void {
  for (const name of namesIn(lower)) remove(`${lower}/${name}`);
  for (const name of namesIn(upper)) renameSync(`${upper}/${name}`, `${lower}/${name}`);
  rmdirSync(upper);
  renameSync(lower, upper);
}

const remove = (path: string): void => rmSync(path, { recursive: true, force: true });
