import { expect, test } from 'vitest';
import { requirePlainVersion } from '../../src/ostree/plain-version.ts';

test.each(['3\noptions ostree=/x', 'a\rb', '\u001b[2K', '\u009b2K', 'a\u2028b', 'a\u202eb', 'x'.repeat(201)])(
  'the version %j is refused',
  (version) => {
    expect(() => requirePlainVersion(version, 'site:x')).toThrow(/^site:x has a version /);
  },
);

test.each(['', '12.1', '2026.11 "Grün" (β)', '1:2.3-4~rc1+b2'])('the version %j is taken', (version) => {
  expect(requirePlainVersion(version, 'site:x')).toBe(version);
});
