import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { registryLogins } from '../../config/paths.ts';
import { leavingRoom } from '../../host/disk-room.ts';
import { Failure } from '../../host/failure.ts';
import { fieldsOf, isObject, WrongJson } from '../../host/json-fields.ts';
import { shown } from '../../host/printable.ts';
import { run } from '../../host/process.ts';

/** An image that was copied here, its layers as plain archives. */
export interface CopiedImage {
  /** The archives of its layers, the lowest first. */
  readonly archives: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** The image that a name such as docker://registry/name:tag refers to now. */
export interface Inspected {
  /** The digest of its manifest. */
  readonly digest: string;
  /** True if it contains an OSTree commit: `ostree container encapsulate`. */
  readonly isEncapsulated: boolean;
}

export async function inspectImage(image: string): Promise<Inspected> {
  const format = '--format={{.Digest}} {{index .Labels "ostree.final-diffid"}}';
  const options = ['--no-tags', format, ...authentication()];
  const inspected = await skopeo(`Cannot look at ${image}`, ['inspect', ...options, image]);
  const [digest = '', label = ''] = inspected.trim().split(' ');
  return { digest, isEncapsulated: label !== '' };
}

/** Names an image by its digest, so that its tag may move. Only registries support this. */
export const pinned = (image: string, digest: string): string =>
  image.startsWith('docker://') ? `${image.replace(/(@[^/]*|:[^/:]*)$/, '')}@${digest}` : image;

/** Copies an image into a directory, which is created; its parent must exist. */
export async function copyImage(image: string, directory: string): Promise<CopiedImage> {
  const options = ['--quiet', '--format=oci', '--dest-decompress', ...authentication()];
  const words = ['copy', ...options, image, `dir:${directory}`];
  await leavingRoom(dirname(directory), (signal) => skopeo(`Cannot fetch ${image}`, words, signal));
  const blob = (digest: string) => `${directory}/${hexOf(image, digest)}`;
  try {
    const manifest = fieldsOf(readJson(`${directory}/manifest.json`));
    const configuration = readJson(blob(manifest.fields('config').text('digest')));
    const archives = manifest.list('layers').map((layer) => blob(layer.text('digest')));
    return { archives, labels: labelsOf(configuration) };
  } catch (error) {
    if (!(error instanceof WrongJson)) throw error;
    throw new Failure(`${image}: its manifest is not one of OCI: ${error.message}`);
  }
}

/** Returns the file name of a blob. Checks it, because manifests are foreign data and this becomes part of a path. */
function hexOf(image: string, digest: string): string {
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(digest) ?? [];
  if (hex === undefined) throw new Failure(`${image}: its manifest has an invalid digest: ${shown(digest)}`);
  return hex;
}

/** Returns the labels of an image. Checks them, because its configuration is foreign data. */
function labelsOf(configuration: unknown): Record<string, string> {
  const config = isObject(configuration) ? configuration['config'] : undefined;
  const labels = isObject(config) ? config['Labels'] : undefined;
  const texts = Object.entries(isObject(labels) ? labels : {}).filter(
    (label): label is [string, string] => typeof label[1] === 'string',
  );
  return Object.fromEntries(texts);
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** The option for the registry passwords that OSTree's own container support uses. */
const authentication = (): string[] =>
  registryLogins
    .filter((file) => existsSync(file))
    .slice(0, 1)
    .map((file) => `--authfile=${file}`);

async function skopeo(what: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const { ended, exitCode, stdout, stderr } = await run('skopeo', args, signal ? { signal } : {});
  if (ended === 'notFound') throw new Failure(`${what}: there is no skopeo on this host`, 'Install skopeo');
  if (exitCode !== 0) throw new Failure(`${what}: ${reasonOf(stderr)}`);
  return stdout;
}

/** Finds the last error: time="…" level=fatal msg="…". */
function reasonOf(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  const message = /msg="((?:[^"\\]|\\.)*)"/.exec(last)?.[1] ?? last;
  return shown(message.replace(/\\(.)/g, '$1')) || 'skopeo failed and did not say why';
}
