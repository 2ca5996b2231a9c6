import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { mergeLayer } from './merge.ts';
import { contentsOf, extract } from './tar.ts';

/** Makes a root directory from layers, the lowest first. Deletes the archives. */
export async function unpackLayers(archives: readonly string[], directory: string): Promise<string> {
  const root = `${directory}/root`;
  const upper = `${directory}/upper`;
  makeEmpty(root);
  for (const [at, archive] of archives.entries()) {
    makeEmpty(upper);
    // Into an empty directory, so that links of lower layers lead nowhere.
    const { directories, devices } = await contentsOf(archive);
    await extract(archive, upper, devices);
    mergeLayer(root, upper, (path) => directories.has(path));
    rmSync(root, { recursive: true, force: true });
    renameSync(upper, root);
    // Builders make identical layers for steps that change nothing.
    if (!archives.includes(archive, at + 1)) rmSync(archive);
  }
  dropSpecialFiles(root);
  return root;
}

/** Removes pipes, sockets and devices: OSTree cannot store them, and programs create those that they need. */
export function dropSpecialFiles(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) dropSpecialFiles(path);
    else if (!entry.isFile() && !entry.isSymbolicLink()) rmSync(path);
  }
}

function makeEmpty(directory: string): void {
  if (lstatSync(directory, { throwIfNoEntry: false })) rmSync(directory, { recursive: true });
  mkdirSync(directory, { recursive: true, mode: 0o755 });
}
