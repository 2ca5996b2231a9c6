// Two guests in one sysroot would boot each other's deployments.
import { expect, test } from 'vitest';
import { sharedSysroot, sysrootsOf } from '../../src/guestctl/verify/shared-sysroot.ts';
import { guestOf } from './read.ts';

const kept = (name: string, sysroot: string) => ({
  ...guestOf(`[Guest]\nRef=site:x\nSysroot=${sysroot}\n`),
  name,
});

test.each([
  ['/srv/a', '/srv/a', true],
  ['/srv/a', '/srv/a/b', true],
  ['/srv/a/b', '/srv/a', true],
  ['/var/lib/ostree-guests/other/sysroot', '/var/lib/ostree-guests/other/sysroot', true],
  ['/srv/a', '/srv/ab', false],
  ['/srv/a', '/srv/b', false],
])('%s and %s: shared: %s', (one, other, expected) => {
  const found = sharedSysroot(kept('mail', one), sysrootsOf([kept('mail', one), kept('other', other)]));
  expect(found.map(({ at }) => at.line)).toEqual(expected ? [3] : []);
});
