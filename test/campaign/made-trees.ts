// Trees of light guests that the host makes a commit of: images, and what builds copy. They are plain; nothing in them knows of OSTree.
import { chmod, cp, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Host, outside } from '../host/host.ts';
import { type Layer, makeLayer, writeImage } from '../host/oci-image.ts';

/** Path to content. */
export type Files = Readonly<Record<string, string>>;

/** What all of them begin with: a directory, and a layer of it. */
export interface MadeTrees {
  readonly base: string;
  readonly layer: Layer;
}

/** `init` is a program; `path` is where it belongs. */
export async function makeTrees(host: Host, init: string, path: string): Promise<MadeTrees> {
  const base = join(host.work, 'made');
  await writeFiles(base, {
    [path]: await readFile(init),
    '/usr/lib/os-release': 'ID=campaign\nNAME=Campaign\nPRETTY_NAME=Campaign\n',
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
    '/etc/group': 'root:x:0:\n',
  });
  await chmod(join(base, path), 0o755);
  return { base, layer: await makeLayer(host.work, 'made-layer', `cp -r ${base}/. .`, false) };
}

const imagePlace = (name: string) => `/srv/image/${name}`;
const buildPlace = (name: string) => `/srv/build/${name}`;

export const imageOrigin = (name: string): string => `Image=oci:${imagePlace(name)}:offered`;
export const buildOrigin = (name: string): string => `Build=${name}`;
/** The file of a guest's build. */
export const buildFile = (name: string): string =>
  `[Build]\nCommand=cp -r ${buildPlace(name)}/offered/. root\n\n[Files]\nBindReadOnly=${buildPlace(name)}\n`;

/** Makes an image, or a tree to build from. Without the base it is no machine, and refused. */
export async function makeTree(
  host: Host,
  name: string,
  origin: 'image' | 'build',
  { made, version, files, whole }: { made: MadeTrees; version: string; files: Files; whole: boolean },
): Promise<void> {
  const tree = join(origin === 'image' ? host.work : outside(host, buildPlace(name)), `${name}-${version}`);
  await writeFiles(tree, files);
  if (origin === 'build') {
    if (whole) await cp(made.base, tree, { recursive: true, force: false });
    return;
  }
  const layer = await makeLayer(host.work, `${name}-${version}-layer`, `cp -r ${tree}/. .`, false);
  await writeImage(outside(host, imagePlace(name)), version, [...(whole ? [made.layer] : []), layer]);
}

/** Offers one of them from now on. */
export async function offerTree(
  host: Host,
  name: string,
  origin: 'image' | 'build',
  version: string,
): Promise<void> {
  const place = outside(host, origin === 'image' ? imagePlace(name) : buildPlace(name));
  if (origin === 'build') {
    await symlink(`${name}-${version}`, join(place, 'new'));
    return rename(join(place, 'new'), join(place, 'offered'));
  }
  const index = join(place, 'index.json');
  const { manifests, ...more } = JSON.parse(await readFile(index, 'utf8')) as { manifests: Manifest[] };
  const tagged = (tag: string) => manifests.filter(({ annotations }) => annotations[tagKey] === tag);
  const offered = tagged(version).map((manifest) => ({ ...manifest, annotations: { [tagKey]: 'offered' } }));
  const others = manifests.filter((manifest) => !tagged('offered').includes(manifest));
  await writeFile(`${index}.new`, JSON.stringify({ ...more, manifests: [...others, ...offered] }));
  await rename(`${index}.new`, index);
}

const tagKey = 'org.opencontainers.image.ref.name';

interface Manifest {
  readonly annotations: Readonly<Record<string, string>>;
}

async function writeFiles(tree: string, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), content);
  }
}
