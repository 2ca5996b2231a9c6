import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { registryLogins } from '../../config/paths.ts';
import { sha256 } from '../../host/digest.ts';
import { Failure } from '../../host/failure.ts';
import { parseFields, WrongJson } from '../../host/json-fields.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { readRegularFile } from '../../host/node-files.ts';
import { shown } from '../../host/printable.ts';
import { run } from '../../host/process.ts';
import { writeFile } from '../../host/write-file.ts';
import { type Arrived, whileArriving } from './arriving.ts';
import {
  hexIn,
  type ImageConfiguration,
  type ImageManifest,
  imageForUs,
  type Layer,
  parseConfiguration,
  parseManifest,
  platformWords,
} from './image-manifest.ts';

/** The image that a name such as docker://registry/name:tag refers to now, for this machine. */
export interface Inspected {
  /** The digest of its own manifest: that of an index changes with images for other machines. */
  readonly digest: string;
  /** Its layers, the lowest first. */
  readonly layers: readonly Layer[];
}

/** Looks at an image; downloads only its manifest. */
export async function inspectImage(image: string): Promise<Inspected> {
  const what = `Cannot look at ${image}`;
  const named = await inspect(what, image, '--raw');
  const manifest = parsed(image, named, parseManifest);
  if (manifest.kind === 'image') return inspected(image, named, manifest.layers);
  const ours = imageForUs(manifest.images);
  if (ours === undefined)
    throw new Failure(`${image} has no image for this machine, only for: ${platformWords(manifest.images)}`);
  const digest = `sha256:${ours.hex}`;
  const layout = /^oci:(\/[^:]+)/.exec(image)?.[1];
  const text = layout ? readBlob(layout, ours.hex) : await inspect(what, pinned(image, digest), '--raw');
  if (sha256(text) !== ours.hex) throw new Failure(`${image}: the manifest ${digest} is damaged`);
  const one: ImageManifest = parsed(image, text, parseManifest);
  if (one.kind !== 'image') throw new Failure(`${image}: its index names another index`);
  return inspected(image, text, one.layers);
}

async function inspected(image: string, manifest: string, layers: readonly Layer[]): Promise<Inspected> {
  const digest = `sha256:${sha256(manifest)}`;
  if (!image.startsWith('containers-storage:')) return { digest, layers };
  // It keeps layers unpacked, and the manifest that came with them.
  const text = await inspect(`Cannot look at ${image}`, image, '--config', '--raw');
  const { contents } = parsed(image, text, parseConfiguration);
  return { digest, layers: contents.map((hex) => ({ hex, size: 0 })) };
}

/** Returns true if an image contains an OSTree commit: `ostree container encapsulate`. */
export async function isEncapsulated(image: string): Promise<boolean> {
  const label = await inspect(
    `Cannot look at ${image}`,
    image,
    '--format={{index .Labels "ostree.final-diffid"}}',
  );
  return label.trim() !== '';
}

const inspect = (what: string, image: string, ...options: string[]): Promise<string> =>
  skopeo(what, ['inspect', '--no-tags', ...options, ...authentication(), image], {
    timeout: longestInspection,
  });

/** In milliseconds. A manifest has few bytes. */
const longestInspection = 5 * 60_000;

/** Names an image by its digest, so that its tag may move. Only registries support this. */
export const pinned = (image: string, digest: string): string =>
  image.startsWith('docker://') ? `${image.replace(/@[^/]*$/, '').replace(/:[^/:]*$/, '')}@${digest}` : image;

/** Where a layer is, in a directory of copyImage(). */
export const archiveOf = (directory: string, hex: string): string => `${directory}/sha256/${hex}`;

/**
 * Copies the layers of an image into a directory that exists, and returns its configuration. Layers that are `present` are not
 * downloaded: skopeo takes a file with the name of a layer for the layer.
 */
export async function copyImage(
  image: string,
  { digest, layers }: Inspected,
  directory: string,
  present: readonly Layer[],
  arrived: Arrived = () => {},
): Promise<ImageConfiguration> {
  makeDirectories(`${directory}/sha256`);
  for (const { hex, size } of present) {
    writeFile(archiveOf(directory, hex), '');
    truncateSync(archiveOf(directory, hex), size);
  }
  const layout = `${directory}/layout`;
  const options = ['--quiet', '--dest-oci-accept-uncompressed-layers', `--dest-shared-blob-dir=${directory}`];
  const words = ['copy', ...options, ...authentication(), pinned(image, digest), `oci:${layout}:image`];
  await whileArriving(directory, (signal) => skopeo(`Cannot fetch ${image}`, words, { signal }), arrived);
  const { layers: copied, configuration } = parsed(image, layout, readCopy);
  if (layers.map(({ hex }) => hex).join() !== copied.map(({ hex }) => hex).join())
    throw new Failure(`${image} changed while it was copied`, 'Start the update again');
  return configuration;

  function readCopy(from: string) {
    const [first] = parseFields(readFileSync(`${from}/index.json`, 'utf8')).list('manifests');
    const manifest = readBlob(directory, hexIn(first?.text('digest') ?? ''), '');
    const named = parseManifest(manifest);
    const config = hexIn(parseFields(manifest).fields('config').text('digest'));
    const configuration = parseConfiguration(readBlob(directory, config, ''));
    return { layers: named.kind === 'image' ? named.layers : [], configuration };
  }
}

/** Reads a blob of JSON in a layout: a manifest or a configuration. */
function readBlob(layout: string, hex: string, blobs = '/blobs'): string {
  const file = `${layout}${blobs}/sha256/${hex}`;
  const text = readRegularFile(file, 4 << 20);
  if (text === undefined) throw new Failure(`${file} is missing`);
  return text;
}

function parsed<T>(image: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof WrongJson)) throw error;
    throw new Failure(`${image}: its manifest cannot be used: ${error.message}`);
  }
}

/** The option for the registry passwords that OSTree's own container support uses. */
const authentication = (): string[] =>
  registryLogins
    .filter((file) => existsSync(file))
    .slice(0, 1)
    .map((file) => `--authfile=${file}`);

async function skopeo(
  what: string,
  args: readonly string[],
  how: { readonly signal?: AbortSignal; readonly timeout?: number },
): Promise<string> {
  const { ended, exitCode, stdout, stderr } = await run('skopeo', args, how);
  if (ended === 'notFound') throw new Failure(`${what}: there is no skopeo on this host`, 'Install skopeo');
  if (exitCode === 0) return stdout;
  const reason = reasonOf(stderr);
  throw new Failure(`${what}: ${reason}`, remedies.find(([cause]) => cause.test(reason))?.[1]);
}

/** What to do about what skopeo says of registries. */
const remedies: readonly (readonly [cause: RegExp, remedy: string])[] = [
  [
    /unauthorized|authentication required|access to the resource is denied/,
    `Log in: skopeo login --authfile ${registryLogins[0]} REGISTRY`,
  ],
  [
    /certificate signed by unknown authority|failed to verify certificate/,
    "Put its authority's certificate into /etc/containers/certs.d/REGISTRY/ca.crt",
  ],
  [
    /does not look like a TLS handshake|gave HTTP response to HTTPS client/,
    'If it has no TLS: insecure = true in /etc/containers/registries.conf.d',
  ],
];

/** Finds the last error: time="…" level=fatal msg="…". */
function reasonOf(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  const message = /msg="((?:[^"\\]|\\.)*)"/.exec(last)?.[1] ?? last;
  return shown(message.replace(/\\(.)/g, '$1')) || 'skopeo failed and did not say why';
}
