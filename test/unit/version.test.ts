import { expect, test } from 'vitest';
import { requirePlainVersion } from '../../src/ostree/plain-version.ts';
import { plainText } from '../../src/ostree/repository.ts';

test.each([
  ["'12.1'", '12.1'],
  ['"it\'s"', "it's"],
  [String.raw`'3\noptions ostree=/x\ty\\n'`, '3\noptions ostree=/x\ty\\n'],
  [String.raw`'\u001b[2K\U0001f600\u2028'`, '\u001b[2K\u{1f600}\u2028'],
  ["'two\nlines'", 'two\nlines'],
])('what ostree prints as %j is %j', (printed, text) => {
  expect(plainText(printed)).toBe(text);
});

test.each(['3\noptions ostree=/x', 'a\rb', '\u001b[2K', '\u009b2K', 'a\u2028b', 'a\u202eb', 'x'.repeat(201)])(
  'the version %j is refused',
  (version) => {
    expect(() => requirePlainVersion(version, 'site:x')).toThrow(/^site:x has a version /);
  },
);

test.each(['', '12.1', '2026.11 "Grün" (β)', '1:2.3-4~rc1+b2'])('the version %j is taken', (version) => {
  expect(requirePlainVersion(version, 'site:x')).toBe(version);
});
