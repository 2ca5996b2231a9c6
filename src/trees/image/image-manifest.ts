// What a registry says of an image: manifests and indexes of the OCI image specification, and Docker's.
import { type Fields, isObject, isText, parseFields, WrongJson } from '../../host/json-fields.ts';
import { shown } from '../../host/printable.ts';

/** A layer as a manifest names it: by the digest of its archive. */
export interface Layer {
  /** The SHA-256 of the archive as it is downloaded, in hexadecimal. */
  readonly hex: string;
  /** Its size; 0 if that is not known. */
  readonly size: number;
}

/** What a name refers to: the manifest of an image, or an index of images for several platforms. */
export type ImageManifest =
  | { readonly kind: 'image'; readonly layers: readonly Layer[] }
  | { readonly kind: 'index'; readonly images: readonly ImageOfPlatform[] };

export interface ImageOfPlatform {
  /** The SHA-256 of its manifest, in hexadecimal. */
  readonly hex: string;
  readonly os?: string | undefined;
  readonly architecture?: string | undefined;
  readonly variant?: string | undefined;
}

/** Fails with WrongJson if the text is neither a manifest nor an index. */
export function parseManifest(json: string): ImageManifest {
  const manifest = parseFields(json);
  // Docker's first format, which no registry takes any more.
  if (manifest.is('schemaVersion', isAny, 'a number') === 1) throw new WrongJson('its format is too old');
  if (has(manifest, 'manifests'))
    return { kind: 'index', images: manifest.list('manifests').map(imageOfPlatform) };
  const layers = manifest.list('layers').map((one) => ({ hex: hexOf(one), size: sizeOf(one) }));
  return { kind: 'image', layers: bounded(layers) };
}

/** Eight times as many layers as Docker makes. Each costs processes and a directory of the whole tree. */
export const mostLayers = 1000;

function bounded<T>(layers: readonly T[]): readonly T[] {
  if (layers.length <= mostLayers) return layers;
  throw new WrongJson(`it has ${layers.length} layers, and at most ${mostLayers} are taken`);
}

const isAny = (_: unknown): _ is unknown => true;
const has = (fields: Fields, key: string): boolean => fields.is(key, isAny, '') !== undefined;

function imageOfPlatform(entry: Fields): ImageOfPlatform {
  const platform = entry.optionalFields('platform');
  const text = (key: string) => platform?.optionalText(key);
  return {
    hex: hexOf(entry),
    os: text('os'),
    architecture: text('architecture'),
    variant: text('variant') || undefined,
  };
}

function sizeOf(layer: Fields): number {
  const size = layer.number('size');
  if (!Number.isSafeInteger(size) || size < 0) throw new WrongJson(`"size" is ${size}`);
  return size;
}

/** Returns the digest of a descriptor. Checks it, because manifests are foreign data and this becomes part of a path. */
const hexOf = (descriptor: Fields): string => hexIn(descriptor.text('digest'));

/** Returns the hexadecimal digits of sha256:…; fails with WrongJson if it is another digest. */
export function hexIn(digest: string): string {
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(digest) ?? [];
  if (hex === undefined) throw new WrongJson(`its manifest has an invalid digest: ${shown(digest)}`);
  return hex;
}

/** Node's names of architectures, and those of images: GOARCH, and its variants, the best first. */
const architectures: Readonly<Record<string, readonly [name: string, ...variants: string[]]>> = {
  x64: ['amd64'],
  arm64: ['arm64', 'v8'],
  arm: ['arm', 'v7', 'v6', 'v5'],
  ia32: ['386'],
  ppc64: ['ppc64le'],
  loong64: ['loong64'],
  riscv64: ['riscv64'],
  s390x: ['s390x'],
};

/** Returns the image for this machine, as skopeo(1) would choose it; undefined if there is none. */
export function imageForUs(
  images: readonly ImageOfPlatform[],
  machine: string = process.arch,
): ImageOfPlatform | undefined {
  const [name, ...variants] = architectures[machine] ?? [machine];
  const ours = images.filter(({ os, architecture }) => os === 'linux' && architecture === name);
  const [best] = [...variants, undefined].flatMap((wanted) =>
    ours.filter(({ variant }) => variant === wanted),
  );
  return best ?? ours[0] ?? images.find(({ architecture }) => architecture === undefined);
}

/** Says for which platforms an index has images. */
export const platformWords = (images: readonly ImageOfPlatform[]): string =>
  [...new Set(images.map(({ os = '?', architecture = '?' }) => shown(`${os}/${architecture}`)))].join(', ') ||
  'none';

/** The configuration of an image. */
export interface ImageConfiguration {
  readonly labels: Readonly<Record<string, string>>;
  /** The SHA-256 of each layer when it is not compressed, in hexadecimal. */
  readonly contents: readonly string[];
}

/** Fails with WrongJson if the text is no configuration. */
export function parseConfiguration(json: string): ImageConfiguration {
  const configuration = parseFields(json);
  const config = configuration.is('config', isAny, '');
  const labels = isObject(config) ? config['Labels'] : undefined;
  return {
    labels: Object.fromEntries(
      Object.entries(isObject(labels) ? labels : {}).filter((one): one is [string, string] => isText(one[1])),
    ),
    contents: bounded(configuration.fields('rootfs').texts('diff_ids').map(hexIn)),
  };
}
