import { expect, test } from 'vitest';
import { escapeForRef } from '../../src/trees/image/encapsulated.ts';
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
