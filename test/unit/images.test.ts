import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WrongJson } from '../../src/host/json-fields.ts';
import { whileArriving } from '../../src/trees/image/arriving.ts';
import { escapeForRef } from '../../src/trees/image/encapsulated.ts';
import {
  type ImageOfPlatform,
  imageForUs,
  parseConfiguration,
  parseManifest,
  platformWords,
} from '../../src/trees/image/image-manifest.ts';
import { pinned } from '../../src/trees/image/skopeo.ts';
import { parseMember, reasonOf } from '../../src/trees/image/tar.ts';

// As the documentation of ostree-rs-ext has them, and by its rules.
test.each([
  ['registry:quay.io/coreos/fedora:latest', 'registry_3A_quay_2E_io/coreos/fedora_3A_latest'],
  ['docker://quay.io/x_y/os-1@sha256:ab', 'docker_3A__2F__2F_quay_2E_io/x__y/os-1_40_sha256_3A_ab'],
  ['a/', 'a_2F_'],
  ['oci:/srv//image', 'oci_3A__2F_srv/_2F_image'],
])('%s is a ref', (text, ref) => {
  expect(escapeForRef(text)).toBe(ref);
});

test.each([
  ['crw-r--r-- 0/0             1,3 2026-11-26 15:36 ./usr/share/null', 'c', './usr/share/null'],
  ['brw-r--r-- 0/0             7,0 2026-11-26 15:36 ./usr/with space/lo*p', 'b', './usr/with space/lo*p'],
  ['drwxr-xr-x 1000/1000         0 2026-11-26 15:36 ./usr/', 'd', './usr/'],
  ['-rw-r--r-- 0/0   1234567890123 2026-11-26 15:36 a\\nb', '-', 'a\\nb'],
  ['', '', ''],
])('tar lists %j', (line, type, name) => {
  expect(parseMember(line)).toEqual({ type, name });
});

test.each([
  [
    "tar: Removing leading `../' from member names\ntar: x: Cannot mkdir: Permission denied\ntar: Exiting with failure status due to previous errors\n",
    'tar: x: Cannot mkdir: Permission denied',
  ],
  [
    'tar: a: Cannot write: No space left on device\ntar: b: Cannot open: No such file or directory\ntar: Exiting with failure status due to previous errors\n',
    'tar: a: Cannot write: No space left on device',
  ],
  [
    'tar: This does not look like a tar archive\ntar: Error is not recoverable: exiting now\n',
    'tar: This does not look like a tar archive',
  ],
  ['', 'tar failed and did not say why'],
])('of what tar says, the reason is told', (stderr, reason) => {
  expect(reasonOf(stderr)).toBe(reason);
});

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
const layers = [{ digest: `sha256:${a}`, size: 3, mediaType: 'x' }];

test('a manifest names its layers, and an index its images', () => {
  expect(parseManifest(JSON.stringify({ schemaVersion: 2, layers }))).toEqual({
    kind: 'image',
    layers: [{ hex: a, size: 3 }],
  });
  const manifests = [
    { digest: `sha256:${a}`, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
    { digest: `sha256:${b}` },
  ];
  expect(parseManifest(JSON.stringify({ schemaVersion: 2, manifests }))).toEqual({
    kind: 'index',
    images: [{ hex: a, os: 'linux', architecture: 'arm', variant: 'v7' }, { hex: b }],
  });
});

test.each([
  ['no JSON', '<html>'],
  ['the first format of Docker', '{"schemaVersion":1,"fsLayers":[]}'],
  ['no layers', '{"schemaVersion":2}'],
  ['a digest that is a path', `{"layers":[{"digest":"sha256:../../${a}","size":1}]}`],
  ['another digest', `{"layers":[{"digest":"sha512:${a}","size":1}]}`],
  ['a size below zero', `{"layers":[{"digest":"sha256:${a}","size":-1}]}`],
  ['no size', `{"layers":[{"digest":"sha256:${a}","size":1e300}]}`],
  ['one of too many layers', JSON.stringify({ layers: Array.from({ length: 1001 }, () => layers[0]) })],
])('a manifest that is %s is refused', (_, text) => {
  expect(() => parseManifest(text)).toThrow(WrongJson);
});

const image = (hex: string, architecture?: string, variant?: string, os = 'linux'): ImageOfPlatform =>
  architecture === undefined ? { hex } : { hex, os, architecture, variant };

test.each<[string, string, ImageOfPlatform[], string | undefined]>([
  ['ours of several', 'x64', [image('1', 'arm64'), image('2', 'amd64')], '2'],
  ['not an attestation', 'x64', [image('1', 'unknown', undefined, 'unknown'), image('2', 'amd64')], '2'],
  ['not that of another system', 'x64', [image('1', 'amd64', undefined, 'windows')], undefined],
  ['the best variant', 'arm', [image('1', 'arm', 'v6'), image('2', 'arm', 'v7')], '2'],
  ['without a variant', 'arm64', [image('1', 'arm64')], '1'],
  ['the plain one', 'x64', [image('1', 'amd64', 'v3'), image('2', 'amd64')], '2'],
  ['any variant', 'x64', [image('1', 'amd64', 'v2')], '1'],
  ['one that names no platform', 'x64', [image('1')], '1'],
  ['none', 's390x', [image('1', 'amd64')], undefined],
])('of an index, %s is taken', (_, machine, images, hex) => {
  expect(imageForUs(images, machine)?.hex).toBe(hex);
});

test('an index for other machines is told by its platforms', () => {
  expect(platformWords([image('1', 'arm64'), image('2', 'arm', 'v6'), image('3', 'arm', 'v7')])).toBe(
    'linux/arm64, linux/arm',
  );
});

test.each([
  [{ config: { Labels: { version: '1', wrong: 2 } } }, { version: '1' }],
  [{ config: { Labels: null } }, {}],
  [{ config: null }, {}],
  [{}, {}],
])('the configuration %j has the labels %j', (more, labels) => {
  const json = JSON.stringify({ rootfs: { diff_ids: [`sha256:${b}`] }, ...more });
  expect(parseConfiguration(json)).toEqual({ labels, contents: [b] });
});

test('a configuration of too many layers is refused', () => {
  const ids = Array.from({ length: 1001 }, () => `sha256:${b}`);
  const json = JSON.stringify({ rootfs: { diff_ids: ids } });
  expect(() => parseConfiguration(json)).toThrow('it has 1001 layers, and at most 1000 are taken');
});

test.each([
  ['docker://registry.example:5000/os', 'docker://registry.example:5000/os@sha256:1'],
  ['docker://registry.example:5000/os:12', 'docker://registry.example:5000/os@sha256:1'],
  ['docker://registry.example/os:12@sha256:0', 'docker://registry.example/os@sha256:1'],
  ['oci:/srv/image:12', 'oci:/srv/image:12'],
])('%s by its digest', (image, named) => {
  expect(pinned(image, 'sha256:1')).toBe(named);
});

test('a copy that nothing arrives for is ended, and says so; files that are holes have not arrived', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'arriving-'));
  const reported: number[] = [];
  try {
    const hangs = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => {
        writeFileSync(join(directory, 'layer'), Buffer.alloc(8192, 1));
        writeFileSync(join(directory, 'hole'), '');
        truncateSync(join(directory, 'hole'), 1 << 30);
        symlinkSync('/usr/share', join(directory, 'link'));
        signal.addEventListener('abort', () => reject(new Error(String(signal.reason))));
      });
    const copy = whileArriving(directory, hangs, (bytes) => reported.push(bytes), 500);
    await expect(copy).rejects.toThrow('nothing arrived for 0 minutes');
    expect(reported[0]).toBeGreaterThan(0);
    expect(reported[0]).toBeLessThan(1 << 20);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
