import { expect, test } from 'vitest';
import { escapeForRef } from '../../src/image/encapsulated.ts';

// As the documentation of ostree-rs-ext has them, and by its rules.
test.each([
  ['registry:quay.io/coreos/fedora:latest', 'registry_3A_quay_2E_io/coreos/fedora_3A_latest'],
  ['docker://quay.io/x_y/os-1@sha256:ab', 'docker_3A__2F__2F_quay_2E_io/x__y/os-1_40_sha256_3A_ab'],
  ['a/', 'a_2F_'],
  ['oci:/srv//image', 'oci_3A__2F_srv/_2F_image'],
])('%s is a ref', (text, ref) => {
  expect(escapeForRef(text)).toBe(ref);
});
