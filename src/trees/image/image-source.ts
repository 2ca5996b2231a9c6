import { renameSync } from 'node:fs';
import { type Guest, originPlace } from '../../config/guest.ts';
import { type OciOrigin, originName } from '../../config/origin.ts';
import { stateOf } from '../../config/paths.ts';
import { roomsOf } from '../../host/confined.ts';
import { requireRoom } from '../../host/disk-room.ts';
import { Failure } from '../../host/failure.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { type Checksum, checksumFrom } from '../../ostree/names.ts';
import { repositoryOf } from '../../ostree/repository.ts';
import type { Progress } from '../../state/report.ts';
import { commitOf, keepBrought } from '../identity.ts';
import { link } from '../linking/link.ts';
import type { Offer, Source } from '../source.ts';
import { doJob } from '../treework/run.ts';
import { stagingOf } from './commit-layers.ts';
import { pulledCommit, pullImage, pullsImages } from './encapsulated.ts';
import type { Layer } from './image-manifest.ts';
import { dropOtherLayers, imageRef, layerCommit } from './layer-refs.ts';
import { archiveOf, copyImage, type Inspected, inspectImage, isEncapsulated, pinned } from './skopeo.ts';
import { archiveIn, type LayerToUnpack, placeOfLayer } from './unpack-layer.ts';

/** A container image, identified by the digest of its manifest. When its tag moves, this is an update. */
export function ociSource(guest: Guest, origin: OciOrigin): Source {
  const { image } = origin;
  return {
    async check() {
      const found = await inspectImage(image);
      const checksum = commitOf(guest.sysroot, imageRef, found.digest);
      // Unpacked as layers, it would lose what only its commit has, such as labels and capabilities of files.
      if (
        checksum === undefined &&
        (await pullsImages()) &&
        (await isEncapsulated(pinned(image, found.digest)))
      )
        return encapsulated(guest, origin, found);
      const known = checksum === undefined ? {} : { checksum };
      return {
        ...known,
        ...offered(origin, found),
        async fetch(report) {
          // Not kept under the ref: others take what it names, and a deployment from elsewhere may only say that it is the image.
          if (checksum !== undefined) return checksum;
          const made = await bring(guest, image, found, report);
          await keepBrought(guest.sysroot, imageRef, made);
          return made;
        },
      };
    },
  };
}

const offered = (origin: OciOrigin, { digest, layers }: Inspected) => ({
  refspec: originName(origin),
  from: `its image ${digest.slice(0, 19)}`,
  // Images that are made from one base are fetched one after the other: the next one needs only its own layers.
  common: layers[0]?.hex ?? digest,
});

/** An image that ostree itself pulls. */
async function encapsulated(guest: Guest, origin: OciOrigin, found: Inspected): Promise<Offer> {
  const { image } = origin;
  const repository = repositoryOf(guest.sysroot);
  const checksum = await pulledCommit(repository, image);
  return {
    ...(checksum && { checksum }),
    ...offered(origin, found),
    async fetch(report) {
      if (checksum !== undefined) return checksum;
      report.progress('pulling its layers');
      const made = await pullImage(repository, image, () => link(guest, { kind: 'image', image }));
      await keepBrought(guest.sysroot, imageRef, made);
      return made;
    },
  };
}

/** Brings an image: takes what other guests have of it, and downloads the other layers. */
async function bring(guest: Guest, image: string, found: Inspected, report: Progress): Promise<Checksum> {
  const { digest, layers } = found;
  const repository = repositoryOf(guest.sysroot);
  const all = layers.map(({ hex }) => hex);
  const hexes = [...new Set(all)];
  await dropOtherLayers(guest, all);
  const same = await link(guest, { kind: 'made of', identity: digest, ref: imageRef, layers: hexes });
  if ('checksum' in same && same.checksum) return checksumFrom(same.checksum);
  const missing = hexes.filter((hex) => layerCommit(repository, hex) === undefined);
  return unpack(guest, image, found, missing, report);
}

async function unpack(
  guest: Guest,
  image: string,
  found: Inspected,
  missing: readonly string[],
  report: Progress,
): Promise<Checksum> {
  const work = imageWorkOf(guest.name);
  const copies = `${work}/copies`;
  await removeTree(work);
  makeDirectories(copies);
  try {
    const [present, wanted] = split(found.layers, missing);
    requireRoom(work, sizeOf(wanted), `Fetching ${image}`);
    const which = `${missing.length} of ${present.length + wanted.length} layers`;
    // Storage of containers does not say how large its layers are.
    const all = sizeOf(wanted) > 0 ? ` of ${megabytes(sizeOf(wanted))}` : '';
    report.progress(`copying ${which}`, 0);
    const { labels, contents } = await copyImage(image, found, copies, present, (bytes) =>
      report.progress(`copying ${which}, ${megabytes(bytes)}${all} MB`, bytes),
    );
    report.progress(`unpacking ${which}`);
    const version = labels['org.opencontainers.image.version'];
    const what = `${originPlace(guest)}: cannot make a tree of ${image}`;
    const layers = found.layers.map(({ hex }) => hex);
    const unpacked = contentsOf(layers, contents, what);
    for (const hex of missing)
      await unpackAlone(guest, { hex, content: unpacked.get(hex) ?? '', work, copies }, what);
    const place = { name: jobOf(guest), rooms: roomsOf(guest) };
    const made = await doJob(what, place, 'commitImage', {
      layers,
      missing,
      work,
      repository: repositoryOf(guest.sysroot),
      digest: found.digest,
      version,
    });
    return checksumFrom(made);
  } finally {
    await removeTree(work);
    // The job ends at once when the disk gets full, and leaves what fills it.
    await removeTree(stagingOf(repositoryOf(guest.sysroot)));
  }
}

const jobOf = ({ name }: Guest): string => `tree-${name}`;

/** Returns the SHA-256 of each layer when it is not compressed. */
function contentsOf(
  layers: readonly string[],
  contents: readonly string[],
  what: string,
): ReadonlyMap<string, string> {
  if (contents.length !== layers.length)
    throw new Failure(
      `${what}: it has ${layers.length} layers, and its configuration names ${contents.length}`,
    );
  return new Map(layers.map((hex, at) => [hex, contents[at] ?? '']));
}

interface CopiedLayer extends Omit<LayerToUnpack, 'place'> {
  readonly work: string;
  readonly copies: string;
}

/**
 * Unpacks a layer in a process that sees nothing but this layer. Other guests take what is committed of it; a fault of a program
 * that unpacks must not let another layer, or another image, choose what that is.
 */
async function unpackAlone(
  guest: Guest,
  { hex, content, work, copies }: CopiedLayer,
  what: string,
): Promise<void> {
  const place = placeOfLayer(work, hex);
  makeDirectories(place);
  renameSync(archiveOf(copies, hex), archiveIn(place));
  await doJob(what, { name: jobOf(guest), rooms: [place] }, 'unpackLayer', { place, hex, content });
}

/** Returns the layers that are present and those that are missing, each once. */
function split(layers: readonly Layer[], missing: readonly string[]): [present: Layer[], wanted: Layer[]] {
  const each = [...new Map(layers.map((layer) => [layer.hex, layer])).values()];
  const isMissing = ({ hex }: Layer) => missing.includes(hex);
  return [each.filter((layer) => !isMissing(layer)), each.filter(isMissing)];
}

const sizeOf = (layers: readonly Layer[]): number => layers.reduce((sum, { size }) => sum + size, 0);
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Returns the directory in which an image is unpacked. */
export const imageWorkOf = (guest: string): string => `${stateOf(guest)}/image`;
