import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sha256OfFile } from '../../host/digest.ts';
import { Failure } from '../../host/failure.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { isDirectory, namesIn, writeInside } from '../../host/tree-files.ts';
import { writeFile } from '../../host/write-file.ts';
import { dropSpecialFiles } from '../special-files.ts';
import { impliedFile, layerTree } from './compose.ts';
import { decompressed } from './decompress.ts';
import { contentsOf, extract } from './tar.ts';

/** A layer in a directory of its own. A confined process that unpacks it sees nothing else. */
export interface LayerToUnpack {
  /** Has its archive. Afterwards, it has its files instead. */
  readonly place: string;
  /** The SHA-256 of its archive. */
  readonly hex: string;
  /** The SHA-256 of the archive when it is not compressed. */
  readonly content: string;
}

/** The directory of a layer, and its archive there. */
export const placeOfLayer = (work: string, hex: string): string => `${work}/layers/${hex}`;
export const archiveIn = (place: string): string => `${place}/copy`;

/** The files of a layer, as its commit has them. */
export const layerIn = (place: string): string => `${place}/layer`;

/** Unpacks a layer, and deletes its archive. */
export async function unpackLayer({ place, hex, content }: LayerToUnpack): Promise<void> {
  const copy = archiveIn(place);
  await requireDigest(copy, hex, `layer ${hex} is damaged`);
  const archive = await decompressed(copy, `${place}/archive`);
  await requireDigest(archive, content, `layer ${hex} is not the one that its configuration names`);
  const layer = layerIn(place);
  makeDirectories(`${layer}/${layerTree}`, 0o755);
  await unpack(archive, layer);
  for (const file of [archive, copy]) rmSync(file, { force: true });
}

async function requireDigest(file: string, hex: string, otherwise: string): Promise<void> {
  if ((await sha256OfFile(file)) !== hex) throw new Failure(otherwise);
}

/** Unpacks the archive of a layer as the content of its commit. */
async function unpack(archive: string, layer: string): Promise<void> {
  const tree = `${layer}/${layerTree}`;
  const { directories, devices } = await contentsOf(archive);
  await extract(archive, tree, devices);
  // They hide what lower layers have there.
  dropSpecialFiles(tree, (directory, name) => writeFile(`${directory}/${whiteoutOf(name)}`, ''));
  for (const device of devices.filter((name) => !/^(\.?\/)*dev\//.test(name)))
    writeInside(tree, join(dirname(device), whiteoutOf(basename(device))), '');
  const implied = impliedIn(tree, directories);
  writeFile(`${layer}/${impliedFile}`, JSON.stringify(implied));
}

const whiteoutOf = (name: string): string => `.wh.${name}`;

/** Returns the directories that an archive does not describe; tar made them for files in them. */
function impliedIn(tree: string, described: ReadonlySet<string>, path = ''): string[] {
  const below = namesIn(join(tree, path))
    .map((name) => join(path, name))
    .filter((one) => isDirectory(join(tree, one)))
    .flatMap((one) => impliedIn(tree, described, one));
  return described.has(path) ? below : [path, ...below];
}
