const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/**
 * Returns the bytes that ostree(1) prints of arrays of bytes, in hexadecimal. An array whose only zero is at its end is printed as a
 * string without that zero: g_variant_print().
 */
export const printedBytes = (printed: string): string =>
  [...printed.matchAll(/b(["'])((?:\\.|(?!\1)[^\\])*)\1|0x([0-9a-f]{2})/gs)]
    .map(([, , text = '', byte]) => byte ?? `${Buffer.from(plain(text), 'latin1').toString('hex')}00`)
    .join('');

const plain = (text: string): string =>
  text.replace(/\\([0-7]{1,3}|.)/gs, (_, one: string) =>
    /^[0-7]/.test(one) ? String.fromCharCode(Number.parseInt(one, 8)) : (escapes[one] ?? one),
  );
