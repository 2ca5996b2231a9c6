import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deploymentAt } from '../../src/ostree/deployment-path.ts';

const sysroot = '/var/lib/ostree-guests/mail/sysroot';
const name = `${'0a'.repeat(32)}.0`;

test('the root of a deployment', () => {
  expect(deploymentAt(sysroot, `${sysroot}/ostree/deploy/mail/deploy/${name}`)).toBe(name);
  expect(deploymentAt(sysroot, `${sysroot}/ostree/deploy/mail/deploy/${'f'.repeat(64)}.12`)).toBeDefined();
});

test.each([
  `${sysroot}/ostree/deploy/mail/deploy/${name}/etc`,
  `${sysroot}/ostree/deploy/mail/deploy/${name}/`,
  `${sysroot}/ostree/deploy/mail/deploy/${name}\n`,
  `${sysroot}/ostree/deploy/mail/deploy/${name.toUpperCase()}`,
  `${sysroot}/ostree/deploy/mail/deploy/${name.slice(1)}`,
  `${sysroot}/ostree/deploy/mail/deploy/${name}.origin`,
  `${sysroot}/ostree/deploy/mail/var`,
  `${sysroot}/ostree/deploy/deploy/${name}`,
  `${sysroot}/ostree/deploy/a/b/deploy/${name}`,
  `${sysroot}2/ostree/deploy/mail/deploy/${name}`,
  `/var/lib/ostree-guests/web/sysroot/ostree/deploy/web/deploy/${name}`,
  '/',
  '',
])('nothing else: %j', (path) => {
  expect(deploymentAt(sysroot, path)).toBeUndefined();
});

test('no text below the sysroot but that', () => {
  const parts = fc.constantFrom('/', 'ostree', 'deploy', 'mail', name, '..', '.', 'etc', '\n');
  fc.assert(
    fc.property(fc.array(parts), (some) => {
      const path = `${sysroot}/${some.join('')}`;
      const wanted = /^\/ostree\/deploy\/[^/]+\/deploy\/[0-9a-f]{64}\.[0-9]+$/.test(
        path.slice(sysroot.length),
      );
      expect(deploymentAt(sysroot, path) !== undefined).toBe(wanted);
    }),
  );
});
