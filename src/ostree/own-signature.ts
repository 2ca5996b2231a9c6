// OSTree's own signatures with ed25519: ostree-sign(1). Debian's builds of OSTree cannot make them, and ostree-summary(1) takes the
// private key only as an argument, which every user can read. So we sign, and write the signature as OSTree reads it.
import type { KeyObject } from 'node:crypto';
import { containerOf, entryOf, keyAndValue, membersOf, variantAlignment } from './gvariant.ts';

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

/** Returns a public key as clients have it: Ed25519KeyPath=. */
export const publicText = (key: KeyObject): string => publicHalf(key).toString('base64');

/**
 * Signs data, a commit or a summary, and returns its signatures with this one added: the content of a .commitmeta or of summary.sig,
 * which is a dictionary in GVariant's serialized form. OSTree looks at the first entry of a name only, so signatures of other keys
 * stay in that one.
 */
export function withOwnSignature(signatures: Buffer, data: Buffer, key: KeyObject): Buffer {
  const signature = crypto().sign(null, data, key);
  const entries = [...membersOf(signatures, variantAlignment)];
  const own = entries.filter((entry) => keyAndValue(entry).key === name);
  const others = own.flatMap(signaturesIn).filter((one) => !one.equals(signature));
  const list = containerOf([...others, signature], 1);
  const entry = entryOf(name, Buffer.concat([list, type]));
  return containerOf([...entries.filter((one) => !own.includes(one)), entry], variantAlignment);
}

const name = 'ostree.sign.ed25519';
/** A list of arrays of bytes. */
const type = Buffer.from('\0aay');

/** Returns the signatures of an entry. */
function signaturesIn(entry: Buffer): Buffer[] {
  const { value } = keyAndValue(entry);
  return value.subarray(-type.length).equals(type) ? [...membersOf(value.subarray(0, -type.length), 1)] : [];
}
