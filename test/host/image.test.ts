import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256OfFile } from '../../src/host/digest.ts';
import { readCommit } from '../../src/ostree/repository.ts';
import { commitImage, composeImage } from '../../src/trees/image/commit-image.ts';
import { commitLayers, holdLayers, stagingOf } from '../../src/trees/image/commit-layers.ts';
import { ociSource } from '../../src/trees/image/image-source.ts';
import { commitAt, imageRef, layerCommit, lowerRef } from '../../src/trees/image/layer-refs.ts';
import { archiveOf, copyImage, inspectImage } from '../../src/trees/image/skopeo.ts';
import { archiveIn, placeOfLayer, unpackLayer } from '../../src/trees/image/unpack-layer.ts';
import { guestOf } from '../unit/read.ts';
import { type Layer, makeLayer, writeImage, writeIndex } from './oci-image.ts';
import { makeWorkDirectory, removeWorkDirectory } from './workdir.ts';

let work: string;

beforeAll(() => {
  work = makeWorkDirectory('image');
});
afterAll(() => removeWorkDirectory(work));

/** Every kind of thing that a layer can say of the ones below it. */
const base = `
  mkdir -p usr/bin usr/lib usr/share etc/d var/lib/x opaque/sub kept/opaque directory-to-file to-link all
  echo a >usr/bin/a; ln usr/bin/a usr/bin/hard; cp /bin/true usr/bin/su; chmod 4755 usr/bin/su
  cp /bin/true usr/bin/cap; setcap cap_net_raw+ep usr/bin/cap; cp /bin/true usr/bin/sg; chown 3:4 usr/bin/sg; chmod 2711 usr/bin/sg
  echo gone >usr/lib/gone; mkdir usr/lib/gone-too; echo x >usr/lib/gone-too/x; setfattr -n user.note -v one usr/bin/a
  setfattr -n user.note -v directory usr/share
  echo old >opaque/old; echo s >opaque/sub/s; echo old >kept/opaque/old; ln -s ../x usr/lib/link; ln -s /etc/passwd usr/lib/absolute
  echo q >directory-to-file/x; chown 12:34 etc/d; chmod 2770 etc/d; echo f >file-to-directory; echo t >to-link/t
  ln -s kept link-to-directory; touch all/1 all/2; echo secret >etc/d/secret; chmod 600 etc/d/secret; mkdir dev; touch "with space" 'back\\slash'
  mkdir "$(printf 'new\\nline')" ümlaut; touch ümlaut/ß`;
const second = `
  mkdir -p usr/lib usr/bin opaque kept/opaque file-to-directory link-to-directory all fresh
  touch usr/lib/.wh.gone usr/lib/.wh.gone-too opaque/.wh..wh..opq kept/opaque/.wh..wh..opq all/.wh.1 all/.wh.2
  echo new >opaque/new; chmod 700 opaque; echo replaced >usr/bin/a; echo file >directory-to-file; echo x >file-to-directory/x
  ln -s kept to-link; echo inside >link-to-directory/inside; echo 1 >fresh/1; ln fresh/1 fresh/2; setfattr -n user.note -v two fresh/1
  chown 5:6 usr/lib; chmod 750 usr/lib`;
const third = `
  mkdir -p usr/lib; touch usr/lib/.wh.never; mkdir usr/lib/gone-too; echo back >usr/lib/gone-too/back; touch .wh.fresh; mkdir -p fresh; echo again >fresh/again`;

/** Names, owners, modes, links, contents and attributes. In OSTree, equal files are one file. */
async function treeIn(root: string): Promise<string> {
  const script = `
    find . -printf '%p %y %m %U:%G %l\\n' | sort
    find . -type f -print0 | sort -z | xargs -0 sha256sum
    find . -print0 | sort -z | xargs -0 getfattr --no-dereference -d -m - 2>/dev/null`;
  return (await execa('bash', ['-c', script], { cwd: root })).stdout;
}

/** What umoci, the reference implementation of the image specification, makes of an image. */
async function reference(layout: string, tag: string): Promise<string> {
  const bundle = join(work, `bundle-${tag}`);
  await execa('umoci', ['unpack', '--image', `${layout}:${tag}`, bundle]);
  return treeIn(join(bundle, 'rootfs'));
}

/** What we make of it, by the commits of its layers in a repository that may have some of them. */
async function ours(layout: string, tag: string, repository = join(work, `repo-${tag}`)): Promise<string> {
  const image = `oci:${layout}:${tag}`;
  const place = await mkdtemp(join(work, `${tag}-`));
  await execa('ostree', [`--repo=${repository}`, 'init', '--mode=bare']);
  const found = await inspectImage(image);
  const copies = join(place, 'copies');
  const isPresent = ({ hex }: { hex: string }) => layerCommit(repository, hex) !== undefined;
  const { contents } = await copyImage(image, found, copies, found.layers.filter(isPresent));
  const missing = new Map(
    found.layers
      .map(({ hex }, at) => [hex, contents[at] ?? ''] as const)
      .filter(([hex]) => !isPresent({ hex })),
  );
  for (const [hex, content] of missing)
    await unpackAt(place, { hex, content, archive: archiveOf(copies, hex) });
  const layers = found.layers.map(({ hex }) => hex);
  const made = await commitLayers([...missing.keys()], place, repository);
  const root = await composeImage({ layers, missing: [...missing.keys()], work: place, repository }, made);
  await holdLayers(repository, made);
  return treeIn(root);
}

/** Unpacks a copy of an archive in the place of its layer. */
async function unpackAt(directory: string, layer: { hex: string; content: string; archive: string }) {
  const place = placeOfLayer(directory, layer.hex);
  await mkdir(place, { recursive: true });
  await copyFile(layer.archive, archiveIn(place));
  await unpackLayer({ place, hex: layer.hex, content: layer.content });
}

test('an image becomes the tree that a reference unpacker makes of it', async () => {
  const layout = join(work, 'layout');
  const layers: Layer[] = [
    await makeLayer(work, 'base', base, false),
    await makeLayer(work, 'second', second),
    await makeLayer(work, 'third', third),
  ];
  const digest = await writeImage(layout, 'all', layers);
  expect((await inspectImage(`oci:${layout}:all`)).digest).toBe(digest);
  const expected = await reference(layout, 'all');
  expect(expected).toContain('usr/bin/su f 4755');
  expect(expected).toContain('security.capability');
  expect(await ours(layout, 'all')).toBe(expected);
  // umoci does not know zstd.
  const byZstd = layers.map(({ archive }) => ({ archive, compressed: 'zstd' as const }));
  await writeImage(layout, 'zstd', byZstd);
  expect(await ours(layout, 'zstd')).toBe(expected);
});

test('an index names its image for this machine, whatever else is in it', async () => {
  const layout = join(work, 'layout');
  const own = await writeImage(layout, 'own', [await makeLayer(work, 'own', 'echo own >file')]);
  const ours = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch;
  for (const other of ['1', '2']) {
    await writeIndex(layout, 'several', { wasm: `sha256:${other.repeat(64)}`, [ours]: own });
    expect((await inspectImage(`oci:${layout}:several`)).digest).toBe(own);
  }
  await writeIndex(layout, 'foreign', { wasm: `sha256:${'1'.repeat(64)}` });
  await expect(inspectImage(`oci:${layout}:foreign`)).rejects.toThrow(/only for: linux\/wasm/);
});

test('a layer that describes no directories leaves those below it as they were', async () => {
  const layout = join(work, 'layout');
  const below = await makeLayer(
    work,
    'below',
    'mkdir -p a/b; chmod 700 a; chown 7:8 a/b; setfattr -n user.x -v y a/b',
  );
  const above = await makeLayer(work, 'above', 'mkdir -p a/b; echo x >a/b/x; touch a/b/.wh.none');
  await execa('tar', ['--create', `--file=${above.archive}`, '--no-recursion', 'a/b/x', 'a/b/.wh.none'], {
    cwd: join(work, 'above'),
  });
  await writeImage(layout, 'bare', [below, above]);
  expect(await ours(layout, 'bare')).toBe(await reference(layout, 'bare'));
});

test('devices are left out, wherever they are', async () => {
  const layout = join(work, 'layout');
  const script = `
    mkdir -p usr/share 'var/chroot/d v' dev; mknod usr/share/null c 1 3; mknod 'var/chroot/d v/lo*p' b 7 0
    mknod dev/zero c 1 5; echo kept >usr/share/nullx; echo kept >'var/chroot/d v/loop'; mkfifo usr/share/pipe`;
  await writeImage(layout, 'devices', [await makeLayer(work, 'devices', script)]);
  const tree = await ours(layout, 'devices');
  expect(tree.match(/^\S.* [cbps] .*$/gm)).toBeNull();
  expect(tree).toMatch(/^\.\/usr\/share\/nullx f/m);
  expect(tree).toMatch(/^\.\/var\/chroot\/d v\/loop f/m);
});

test('a layer that is there twice is used twice', async () => {
  const layout = join(work, 'layout');
  const layers = [
    await makeLayer(work, 'first', 'echo one >file'),
    await makeLayer(work, 'gone', 'touch .wh.file'),
    await makeLayer(work, 'empty', 'true'),
  ] as const;
  const [first, gone, empty] = layers;
  await writeImage(layout, 'twice', [first, empty, gone, empty, first]);
  expect(await ours(layout, 'twice')).toContain('./file f');
});

test('a layer can write nothing outside of the tree', async () => {
  const layout = join(work, 'layout');
  const link = await makeLayer(work, 'link', `ln -s ${work} out`);
  const through = await makeLayer(work, 'through', 'mkdir out; echo x >out/written');
  await execa('tar', ['--create', `--file=${through.archive}`, 'out/written'], {
    cwd: join(work, 'through'),
  });
  await writeImage(layout, 'evil', [link, through]);
  await ours(layout, 'evil');
  expect((await execa('ls', [work])).stdout).not.toContain('written');
});

test('a layer that the repository has is not read again, and pipes hide what is below them', async () => {
  const layout = join(work, 'layout');
  const repository = join(work, 'repo-known');
  const below = await makeLayer(work, 'known', 'mkdir usr; echo old >usr/file; echo kept >usr/kept');
  await writeImage(layout, 'known-1', [below]);
  await ours(layout, 'known-1', repository);
  const above = await makeLayer(work, 'pipe', 'mkdir usr; mkfifo usr/file');
  await writeImage(layout, 'known-2', [below, above]);
  const { layers } = await inspectImage(`oci:${layout}:known-2`);
  await rm(join(layout, 'blobs/sha256', layers[0]?.hex ?? ''));
  const tree = await ours(layout, 'known-2', repository);
  expect(tree).toContain('./usr/kept f');
  expect(tree).not.toContain('./usr/file');
});

test('layers over the merged tree of those that have stayed make the same tree', async () => {
  const layout = join(work, 'layout');
  const repository = join(work, 'repo-stayed');
  const stayed = [
    await makeLayer(
      work,
      'stayed',
      'mkdir -p a/b c/d; echo 1 >a/b/1; echo 2 >c/d/2; chmod 2750 a; chown 7:8 c/d',
    ),
    await makeLayer(
      work,
      'stayed-too',
      'mkdir -p a c; echo 3 >a/3; ln -s ../a c/link; touch c/.wh.d; chmod 700 c',
    ),
  ];
  // As an archive that does not describe its directories.
  const changing = async (name: string, script: string) => {
    const layer = await makeLayer(work, name, script);
    const files = ['--create', `--file=${layer.archive}`, '--no-recursion', 'a/b/1', 'a/.wh.3'];
    await execa('tar', files, { cwd: join(work, name) });
    return layer;
  };
  for (const at of [1, 2, 3]) {
    const script = `mkdir -p a/b; echo ${at} >a/b/1; touch a/.wh.3`;
    await writeImage(layout, `stayed-${at}`, [...stayed, await changing(`changing-${at}`, script)]);
    expect(await ours(layout, `stayed-${at}`, repository)).toBe(await reference(layout, `stayed-${at}`));
    const { layers } = await inspectImage(`oci:${layout}:stayed-${at}`);
    const merged = commitAt(repository, lowerRef(layers.slice(0, 2).map(({ hex }) => hex)));
    // When the first image comes, nobody knows what will stay.
    expect(merged !== undefined).toBe(at > 1);
  }
});

test('a layer that is not what its digest or its configuration says is refused', async () => {
  const { archive } = await makeLayer(work, 'forged', 'echo forged >file', false);
  const hex = await sha256OfFile(archive);
  const forged = { hex: '0'.repeat(64), content: hex, archive };
  await expect(unpackAt(work, forged)).rejects.toThrow(/is damaged/);
  const another = { hex, content: '0'.repeat(64), archive };
  await expect(unpackAt(work, another)).rejects.toThrow(/is not the one that its configuration names/);
});

test('layers stay for the next try when the image is refused, or another layer', async () => {
  const layout = join(work, 'layout');
  const layers = [await makeLayer(work, 'kept', 'echo a >a'), await makeLayer(work, 'kept-too', 'echo b >b')];
  await writeImage(layout, 'no-system', layers);
  const found = await inspectImage(`oci:${layout}:no-system`);
  const hexes = found.layers.map(({ hex }) => hex);
  const repository = join(work, 'repo-no-system');
  await execa('ostree', [`--repo=${repository}`, 'init', '--mode=bare']);
  const place = await mkdtemp(join(work, 'no-system-'));
  const unpackAll = async () => {
    const copies = await mkdtemp(join(place, 'copies-'));
    const { contents } = await copyImage(`oci:${layout}:no-system`, found, copies, []);
    for (const [at, hex] of hexes.entries())
      await unpackAt(place, { hex, content: contents[at] ?? '', archive: archiveOf(copies, hex) });
  };
  const kept = () => hexes.filter((hex) => layerCommit(repository, hex) !== undefined);
  const image = { layers: hexes, missing: hexes, work: place, repository, digest: found.digest };
  await unpackAll();
  await rm(placeOfLayer(place, hexes[1] ?? ''), { recursive: true });
  await expect(commitImage(image)).rejects.toThrow(/is not unpacked/);
  expect(kept()).toEqual(hexes.slice(0, 1));
  expect(existsSync(stagingOf(repository))).toBe(false);
  await unpackAll();
  await expect(commitImage(image)).rejects.toThrow(/\/usr is missing/);
  expect(kept()).toEqual(hexes);
  expect((await execa('ostree', ['fsck', `--repo=${repository}`])).stdout).toContain('no errors');
  expect(existsSync(stagingOf(repository))).toBe(false);
});

const silent = { step: () => {}, warn: () => {}, progress: () => {}, brought: () => {} };

test('a deployed commit that only says that it is an image is not offered to other guests as this image', async () => {
  const layout = join(work, 'layout');
  const digest = await writeImage(layout, 'claimed', [
    await makeLayer(work, 'claimed', 'echo genuine >file'),
  ]);
  const sysroot = join(work, 'claims');
  const repository = join(sysroot, 'ostree/repo');
  await mkdir(join(work, 'forgery'));
  await mkdir(join(sysroot, 'ostree'), { recursive: true });
  await execa('ostree', [`--repo=${repository}`, 'init', '--mode=bare']);
  const claim = `--add-metadata-string=ostree-guests.identity=${digest}`;
  const commit = [`--repo=${repository}`, 'commit', '--orphan', `--tree=dir=${join(work, 'forgery')}`, claim];
  const { stdout: forged } = await execa('ostree', commit);
  const deployment = `/ostree/deploy/mail/deploy/${forged}.0`;
  await mkdir(join(sysroot, deployment), { recursive: true });
  await mkdir(join(sysroot, 'boot/loader/entries'), { recursive: true });
  await writeFile(
    join(sysroot, 'boot/loader/entries/ostree-1-mail.conf'),
    `title Old\nversion 1\noptions ostree=${deployment}\n`,
  );
  const guest = guestOf(`[Guest]\nImage=oci:${layout}:claimed\nSysroot=${sysroot}\n`);
  if (guest.origin.kind !== 'oci') throw new Error('it is a guest of an image');
  const offer = await ociSource(guest, guest.origin).check(silent);
  expect(offer.checksum).toBe(forged);
  expect(await offer.fetch(silent)).toBe(forged);
  expect(readCommit(repository, imageRef)).toBeUndefined();
});
