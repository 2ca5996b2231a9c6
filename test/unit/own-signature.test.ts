// OSTree's own signatures: keys in both forms, and what OSTree reads.
import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { privateKeyIn, withOwnSignature } from '../../src/ostree/own-signature.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const lastBytes = (der: Buffer): Buffer => der.subarray(-32);
const secret = lastBytes(privateKey.export({ format: 'der', type: 'pkcs8' }));
const open = lastBytes(publicKey.export({ format: 'der', type: 'spki' }));
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

test.each([
  ['PEM', pem],
  ['the base64 of ostree-sign(1)', `${Buffer.concat([secret, open]).toString('base64')}\n`],
])('a private key as %s', (_, text) => {
  const key = privateKeyIn(text);
  expect(key && createPublicKey(key).equals(publicKey)).toBe(true);
});

test.each([
  ['nothing', ''],
  ['a public key', open.toString('base64')],
  ['a public key in PEM', publicKey.export({ format: 'pem', type: 'spki' }).toString()],
  ['halves that do not belong together', Buffer.concat([secret, secret]).toString('base64')],
  ['another kind of key', rsa()],
  ['a key with a passphrase', locked()],
])('%s is not a private key', (_, text) => {
  expect(privateKeyIn(text)).toBeUndefined();
});

function rsa(): string {
  const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });
  return pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function locked(): string {
  const format = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  return privateKey.export(format).toString();
}

const data = Buffer.from('a commit');
const name = 'ostree.sign.ed25519\0';

/** Where an entry begins that is `at` bytes after the begin of the file. */
function expectEntry(signatures: Buffer, at: number, key: KeyObject): void {
  expect(signatures.subarray(at, at + 20).toString()).toBe(name);
  expect(verify(null, data, key, signatures.subarray(at + 24, at + 88))).toBe(true);
  // The end of the signature in the list, the type of the list, and the end of the name.
  expect(signatures.subarray(at + 88, at + 94).toString('latin1')).toBe('\x40\0aay\x14');
}

test('the first signature is the only entry', () => {
  const signatures = withOwnSignature(Buffer.alloc(0), data, privateKey);
  expectEntry(signatures, 0, publicKey);
  expect([...signatures.subarray(94)]).toEqual([94]);
});

/** Another entry of a dictionary, and its end. GVariant writes ends as wide as the size of all needs. */
const others = [
  ['short', Buffer.alloc(17, 1), 24, [17, 118]],
  ['that makes the ends longer', Buffer.alloc(200, 1), 200, [200, 0, 294 % 256, 1]],
  ['long', Buffer.alloc(300, 1), 304, [300 % 256, 1, 398 % 256, 1]],
] as const;

test.each(others)('it is added to an entry %s', (_, entry, at, ends) => {
  const { length } = entry;
  const before = Buffer.concat([entry, Buffer.from(length < 255 ? [length] : [length % 256, length >> 8])]);
  const signatures = withOwnSignature(before, data, privateKey);
  expect(signatures.subarray(0, length)).toEqual(entry);
  expectEntry(signatures, at, publicKey);
  expect([...signatures.subarray(at + 94)]).toEqual(ends);
});

test('the signature of another key stays in the same entry, and one of the same key is not repeated', () => {
  const other = generateKeyPairSync('ed25519');
  const first = withOwnSignature(withOwnSignature(Buffer.alloc(0), data, other.privateKey), data, privateKey);
  const both = withOwnSignature(first, data, privateKey);
  expect(both).toEqual(first);
  expect(both.toString('latin1').split(name)).toHaveLength(2);
  expect(verify(null, data, other.publicKey, both.subarray(24, 88))).toBe(true);
  expect(verify(null, data, publicKey, both.subarray(88, 152))).toBe(true);
  // The ends of the signatures in the list, its type, and the ends of the name and of the entry.
  expect([...both.subarray(152)]).toEqual([64, 128, ...Buffer.from('\0aay'), 20, 159]);
});

test('with many keys, ends are wider', () => {
  const pairs = Array.from({ length: 5 }, () => generateKeyPairSync('ed25519'));
  let signatures: Buffer = Buffer.alloc(0);
  for (const pair of pairs) signatures = withOwnSignature(signatures, data, pair.privateKey);
  const list = signatures.subarray(24);
  for (const [index, pair] of pairs.entries())
    expect(verify(null, data, pair.publicKey, list.subarray(index * 64, index * 64 + 64))).toBe(true);
  expect([0, 1, 2, 3, 4].map((index) => list.readUInt16LE(320 + 2 * index))).toEqual([
    64, 128, 192, 256, 320,
  ]);
  expect(list.subarray(330, 334).toString('latin1')).toBe('\0aay');
  expect([list.readUInt16LE(334), list.readUInt16LE(336)]).toEqual([20, 360]);
});
