// Strings as `ostree show --print-metadata-key=` prints them.
import { expect, test } from 'vitest';
import { plainText } from '../../src/ostree/repository.ts';

test.each([
  [`'13.1'`, '13.1'],
  [`"it's"`, "it's"],
  [String.raw`"a\nb\t\"'\\ é \u001b[m"`, 'a\nb\t"\'\\ é \u001b[m'],
  [String.raw`'\U0001f600 \\n'`, '\u{1f600} \\n'],
])('%s', (variant, text) => {
  expect(plainText(variant)).toBe(text);
});
