// OSTree's own signatures with ed25519: ostree-sign(1). Debian's builds of OSTree cannot make them, and ostree-summary(1) takes the
// private key only as an argument, which every user can read. So we sign, and write the signature as OSTree reads it.
import type { KeyObject } from 'node:crypto';

/** Loading it takes some milliseconds, and `guestctl` seldom reads keys. */
const crypto = () => process.getBuiltinModule('node:crypto');

/** Reads a private key: PEM, or 64 bytes in base64 as ostree-sign(1) takes it. Returns undefined if the text is neither. */
export function privateKeyIn(text: string): KeyObject | undefined {
  try {
    const key = text.includes('-----BEGIN')
      ? crypto().createPrivateKey(text)
      : plainKey(Buffer.from(text, 'base64'));
    return key?.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Says that a file has no key that can sign. */
export const noPrivateKeyIn = (file: string) => ({
  message: `${file} has no private ed25519 key`,
  remedy: 'Write a key without a passphrase: openssl genpkey -algorithm ed25519 -out FILE',
});

/** Everything of a private key in PKCS #8 before its 32 bytes: RFC 8410. */
const pkcs8 = Buffer.from('MC4CAQAwBQYDK2VwBCIEIA==', 'base64');

/** A private key is followed by its public key. */
function plainKey(bytes: Buffer): KeyObject | undefined {
  const half = bytes.length / 2;
  const der = Buffer.concat([pkcs8, bytes.subarray(0, half)]);
  const key = crypto().createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return publicHalf(key).equals(bytes.subarray(half)) ? key : undefined;
}

/** The 32 bytes of a public key are the last ones of its DER form. */
const publicHalf = (key: KeyObject): Buffer =>
  crypto().createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);

/**
 * Signs data, a commit or a summary, and returns its signatures with this one added: the content of a .commitmeta or of summary.sig,
 * which is a dictionary in GVariant's serialized form.
 */
export const withOwnSignature = (signatures: Buffer, data: Buffer, key: KeyObject): Buffer =>
  withEntry(signatures, entryOf('ostree.sign.ed25519', crypto().sign(null, data, key)));

/** Serializes an entry {sv} with a list of one array of bytes. All offsets in it fit into a byte. */
function entryOf(name: string, signature: Buffer): Buffer {
  const list = withEnds(signature, [signature.length]);
  const value = Buffer.concat([list, Buffer.from('\0aay')]);
  const key = Buffer.from(`${name}\0`);
  return withEnds(Buffer.concat([aligned(key), value]), [key.length]);
}

/** Adds an entry to a dictionary a{sv}. Entries begin at multiples of 8, and their ends follow the last one. */
function withEntry(dictionary: Buffer, entry: Buffer): Buffer {
  const ends = endsIn(dictionary);
  const before = dictionary.subarray(0, ends.at(-1) ?? 0);
  const body = Buffer.concat([aligned(before), entry]);
  return withEnds(body, [...ends, body.length]);
}

function endsIn(dictionary: Buffer): number[] {
  const { length } = dictionary;
  if (length === 0) return [];
  const width = widths.find((one) => length < 256 ** one) ?? widest;
  const first = dictionary.readUIntLE(length - width, width);
  return Array.from({ length: (length - first) / width }, (_, index) =>
    dictionary.readUIntLE(first + index * width, width),
  );
}

/** Appends the ends of the members, each as wide as the size of the whole needs. */
function withEnds(body: Buffer, ends: readonly number[]): Buffer {
  const width = widths.find((one) => body.length + ends.length * one < 256 ** one) ?? widest;
  const offsets = Buffer.alloc(ends.length * width);
  for (const [index, end] of ends.entries()) offsets.writeUIntLE(end, index * width, width);
  return Buffer.concat([body, offsets]);
}

const widest = 4;
const widths = [1, 2, widest];

const aligned = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 7)]);
