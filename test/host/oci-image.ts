// OCI images, written by hand: the layout of the image specification, in a directory.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import type { Host } from './host.ts';
import { guestRecipe } from './recipe.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Layer {
  /** A tar file. */
  readonly archive: string;
  /** By gzip, if that is not said. */
  readonly compressed: boolean | 'zstd';
}

/** Writes an image of these layers into a layout, under a tag that it had before or not; answers its digest. */
export async function writeImage(
  layout: string,
  tag: string,
  layers: readonly Layer[],
  labels: Labels = {},
): Promise<string> {
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const written = [];
  for (const layer of layers) written.push(await writeLayer(layout, layer));
  const config = await writeJson(layout, {
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: written.map(({ diffId }) => diffId) },
  });
  const manifest = await writeJson(layout, {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: written.map(({ diffId: _, ...descriptor }) => descriptor),
  });
  await tagAs(layout, tag, { mediaType: 'application/vnd.oci.image.manifest.v1+json', ...manifest });
  return manifest.digest;
}

/** Writes an index of images for these architectures into a layout, under a tag. */
export async function writeIndex(
  layout: string,
  tag: string,
  images: Readonly<Record<string, string>>,
): Promise<void> {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifests = Object.entries(images).map(([architecture, digest]) => ({
    mediaType,
    digest,
    size: 1,
    platform: { os: 'linux', architecture },
  }));
  const index = await writeJson(layout, { schemaVersion: 2, manifests });
  await tagAs(layout, tag, { mediaType: 'application/vnd.oci.image.index.v1+json', ...index });
}

async function tagAs(layout: string, tag: string, descriptor: object): Promise<void> {
  const index = JSON.parse(
    await readFile(join(layout, 'index.json'), 'utf8').catch(() => '{"manifests":[]}'),
  );
  const name = 'org.opencontainers.image.ref.name';
  const others = index.manifests.filter(
    (one: { annotations: Record<string, string> }) => one.annotations[name] !== tag,
  );
  await writeFile(
    join(layout, 'index.json'),
    JSON.stringify({
      schemaVersion: 2,
      manifests: [...others, { ...descriptor, annotations: { [name]: tag } }],
    }),
  );
}

async function writeLayer(layout: string, layer: Layer): Promise<Descriptor> {
  const descriptor = await describe(layer);
  const blob = join(layout, 'blobs/sha256', descriptor.digest.slice('sha256:'.length));
  if (!existsSync(blob)) await copyFile(fileOf(layer), blob);
  return descriptor;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly diffId: string;
}

/** Of layers that were described before: the base of a test's images is large, and in each of them. */
const described = new WeakMap<Layer, Promise<Descriptor>>();

function describe(layer: Layer): Promise<Descriptor> {
  const descriptor = described.get(layer) ?? compress(layer);
  described.set(layer, descriptor);
  return descriptor;
}

const endings = { true: '.gz', zstd: '.zst', false: '' };
const fileOf = ({ archive, compressed }: Layer): string => `${archive}${endings[`${compressed}`]}`;

async function compress(layer: Layer): Promise<Descriptor> {
  const diffId = await digest(layer.archive);
  const kind = 'application/vnd.oci.image.layer.v1.tar';
  if (layer.compressed === 'zstd') await execa('zstd', ['-1qk', '--force', layer.archive]);
  else if (layer.compressed) await execa('gzip', ['-1nk', '--force', layer.archive]);
  return {
    mediaType: layer.compressed ? `${kind}+${layer.compressed === 'zstd' ? 'zstd' : 'gzip'}` : kind,
    digest: layer.compressed ? await digest(fileOf(layer)) : diffId,
    size: (await stat(fileOf(layer))).size,
    diffId,
  };
}

async function writeJson(layout: string, value: unknown) {
  const text = JSON.stringify(value);
  const hash = createHash('sha256').update(text).digest('hex');
  await writeFile(join(layout, 'blobs/sha256', hash), text);
  return { digest: `sha256:${hash}`, size: Buffer.byteLength(text) };
}

async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}

/** A layer of what a script leaves in an empty directory. */
export async function makeLayer(
  work: string,
  name: string,
  script: string,
  compressed: Layer['compressed'] = true,
): Promise<Layer> {
  const directory = join(work, name);
  const archive = join(work, `${name}.tar`);
  await mkdir(directory);
  await execa('bash', ['-euo', 'pipefail', '-c', script], { cwd: directory });
  const attributes = ['--xattrs', '--xattrs-include=*', '--numeric-owner', '--sort=name'];
  await execa('tar', ['--create', `--file=${archive}`, ...attributes, '.'], { cwd: directory });
  return { archive, compressed };
}

/** The guests' tree as a container image has one: nothing in it knows of OSTree. */
export async function makeBaseLayer(host: Host): Promise<Layer> {
  const root = join(host.work, 'container');
  const checkout = ['checkout', '--force-copy', '--fsync=false', guestRecipe.ref, root];
  await execa('ostree', [`--repo=${host.trees.repo}`, ...checkout]);
  const undo = `
    mv usr/etc etc; rm -r usr/lib/modules/0-placeholder usr/lib/tmpfiles.d/00-ostree-var.conf
    for link in home mnt opt root srv tmp usr/local ostree; do rm "$link"; mkdir "$link"; done
    rmdir ostree sysroot; chmod 700 root; chmod 1777 tmp
    mkdir -p var/lib var/log var/cache; mv usr/lib/sysimage/dpkg var/lib/dpkg
    echo 'in the image' >var/lib/from-image`;
  await execa('bash', ['-euc', undo], { cwd: root });
  const archive = `${root}.tar`;
  const attributes = ['--xattrs', '--xattrs-include=*', '--numeric-owner', '--sort=name'];
  await execa('tar', ['--create', `--file=${archive}`, ...attributes, '.'], { cwd: root });
  return { archive, compressed: false };
}

/** An image's first layer as `ostree container encapsulate` makes it: a commit's objects, and its files as links to them. */
export async function makeEncapsulatedLayer(host: Host): Promise<{ layer: Layer; labels: Labels }> {
  const root = join(host.work, 'encapsulated');
  const repo = join(root, 'sysroot/ostree/repo');
  const [tree, archive] = [`${root}.tree`, `${root}.tar`];
  await mkdir(repo, { recursive: true });
  await execa('ostree', ['init', `--repo=${repo}`, '--mode=bare']);
  // From the mirror, whose objects are compressed: those of the repository would be linked into this one, and each link
  // that another test makes or drops would change a file while tar reads it.
  await execa('ostree', ['pull-local', `--repo=${repo}`, host.trees.mirror, guestRecipe.ref]);
  await execa('ostree', ['checkout', `--repo=${repo}`, '--require-hardlinks', guestRecipe.ref, tree]);
  const { stdout: commit } = await execa('ostree', ['rev-parse', `--repo=${repo}`, guestRecipe.ref]);
  await execa('bash', ['-euc', `cd ${tree}; rmdir sysroot; mv usr/etc etc; mv * ${root}`]);
  // The objects first, so that it is the files that are links.
  const others = (await readdir(root)).filter((name) => name !== 'sysroot').map((name) => `./${name}`);
  const attributes = ['--xattrs', '--xattrs-include=*', '--numeric-owner'];
  await execa('tar', ['--create', `--file=${archive}`, ...attributes, './sysroot', ...others], { cwd: root });
  const labels = { 'ostree.final-diffid': await digest(archive), 'ostree.commit': commit };
  return { layer: { archive, compressed: false }, labels };
}
