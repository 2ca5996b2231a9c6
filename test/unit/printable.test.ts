// Nothing that is printed acts on a terminal, whatever it came from.
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableJson, printableLine } from '../../src/host/printable.ts';

test.each([
  ['plain text, ümläute and 日本', 'plain text, ümläute and 日本'],
  ['two\n\tlines', 'two\n\tlines'],
  ['\x1b[2K\x1b[1Agone', '\\x1b[2K\\x1b[1Agone'],
  ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
  ['\x9b31m', '\\x9b31m'],
  ['over\rwritten, \b\x7f', 'over\\x0dwritten, \\x08\\x7f'],
  ['gnp.\u202eexe', 'gnp.\\u202eexe'],
  ['\u2066a\u2069 \u2028', '\\u2066a\\u2069 \\u2028'],
  ['https://user:hunter2@example.com/repo', 'https://user:***@example.com/repo'],
  ['https://user:hun@ter:2@example.com', 'https://user:***@example.com'],
  ['see https://ghp_token@example.com: 404', 'see https://***@example.com: 404'],
  ['_https://user:hunter2@example.com', '_https://user:***@example.com'],
  ['docker://debian@sha256:0123 a@b.example', 'docker://debian@sha256:0123 a@b.example'],
  ['file:///srv/repo, https://example.com/a@b', 'file:///srv/repo, https://example.com/a@b'],
])('%j', (text, expected) => {
  expect(printable(text)).toBe(expected);
});

test('a cell stays in its line', () => {
  expect(printableLine('a\nb\tc')).toBe('a\\nb\\tc');
});

test('JSON has everything, and none of it raw', () => {
  const value = { 'a\x9b': 'b\x7f\u202e\n\x1b', url: 'https://u:p@example.com' };
  const printed = printableJson(value);
  expect(printed).toContain('b\\u007f\\u202e\\n\\u001b');
  expect(JSON.parse(printed)).toEqual({ ...value, url: 'https://u:***@example.com' });
});

test.each([
  ['a file name with many dots', 'a.'],
  ['many schemes', 'a+a://'],
  ['many digests', 'a://b@sha1'],
  ['a user that never ends', 'a@'],
])('a long text is printed in time that grows with its length: %s', (_, part) => {
  const seconds = (length: number) => {
    const text = `://${part.repeat(length)}\x1b`;
    const begun = performance.now();
    printable(text);
    return performance.now() - begun;
  };
  seconds(1000);
  // With the square of the length, it takes minutes.
  expect(seconds(500_000)).toBeLessThan(5000);
});

const acts = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u;
const texts = fc.string({ unit: 'binary' });

test('whatever it is', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(printable(text)).not.toMatch(acts);
      expect(stripVTControlCharacters(printable(text))).toBe(printable(text));
      expect(printableJson([text])).not.toMatch(acts);
      if (!text.includes('@')) expect(JSON.parse(printableJson([text]))).toEqual([text]);
    }),
  );
});
