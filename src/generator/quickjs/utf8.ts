/** The length of a sequence that begins with a byte, and the range of its second byte. */
type Sequence = readonly [length: number, least: number, greatest: number];

function sequence(first: number): Sequence {
  if (first < 0xc2 || first > 0xf4) return [1, 0, 0];
  if (first < 0xe0) return [2, 0x80, 0xbf];
  // Excludes overlong sequences, surrogates and values beyond Unicode.
  if (first < 0xf0) return [3, first === 0xe0 ? 0xa0 : 0x80, first === 0xed ? 0x9f : 0xbf];
  return [4, first === 0xf0 ? 0x90 : 0x80, first === 0xf4 ? 0x8f : 0xbf];
}

/** Decodes UTF-8 like Node, by the Encoding Standard: one U+FFFD for each invalid prefix of a sequence. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] ?? 0;
    at += 1;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    let [length, least, greatest] = sequence(first);
    let code = length === 1 ? 0xfffd : first & (0xff >> (length + 1));
    for (; length > 1; length -= 1) {
      const next = bytes[at] ?? 0;
      if (next < least || next > greatest) {
        code = 0xfffd;
        break;
      }
      code = (code << 6) | (next & 0x3f);
      at += 1;
      [least, greatest] = [0x80, 0xbf];
    }
    text += String.fromCodePoint(code);
  }
  return text;
}
