import { expect, test } from 'vitest';
import { printedBytes } from '../host/printed-bytes.ts';

/** By ostree 2022.7, of what the second column says. */
test.each([
  ['[[byte 0x01, 0x20]]', '0120'],
  [String.raw`[b"\001\377'\"\\\nA", [0x01, 0x00, 0x00], b"b'"]`, '01ff27225c0a4100010000622700'],
  [String.raw`[b'\2637p"\026']`, 'b33770221600'],
])('%s', (printed, bytes) => {
  expect(printedBytes(printed)).toBe(bytes);
});
