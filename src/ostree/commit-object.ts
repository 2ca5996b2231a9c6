// Reads the metadata of commits from their objects. ostree(1) would be a process for each key.
import { Failure } from '../host/failure.ts';
import { readRegularBytes } from '../host/node-files.ts';
import { keyAndValue, lastEnd, membersOf, variantAlignment } from './gvariant.ts';

/** libostree reads no larger one, either: OSTREE_MAX_METADATA_SIZE. */
const largestCommit = 128 << 20;

export const commitObject = (repository: string, checksum: string): string =>
  `${repository}/objects/${checksum.slice(0, 2)}/${checksum.slice(2)}.commit`;

/** Returns a text in the metadata of a commit; undefined if the commit or the key is missing, or the value is no text. */
export function textOfCommit(repository: string, checksum: string, key: string): string | undefined {
  const object = readObject(commitObject(repository, checksum));
  return object && textIn(metadataIn(object), key);
}

/**
 * Returns what commits with the same content that a guest has made itself have in common, except for their time: the same packages
 * over the same commit, or the same image. Undefined if the commit alone identifies it.
 */
export function contentOfCommit(repository: string, checksum: string): string | undefined {
  const object = readObject(commitObject(repository, checksum));
  if (!object) return undefined;
  const packages = textIn(metadataIn(object), 'rpmostree.state-sha512');
  return packages === undefined
    ? textIn(metadataIn(object), 'ostree.manifest-digest')
    : `${parentIn(object).toString('hex')} ${packages}`;
}

/** A guest that manages itself may have put anything there. */
function readObject(file: string): Buffer | undefined {
  try {
    return readRegularBytes(file, largestCommit);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Returns the metadata in a commit object, of the type a{sv}: the first member of a(a{sv}aya(say)sstayay). */
const metadataIn = (commit: Buffer): Buffer => commit.subarray(0, lastEnd(commit));

/** Returns the checksum of its parent, the second member; empty if it has none. */
const parentIn = (commit: Buffer): Buffer => commit.subarray(lastEnd(commit), lastEnd(commit, 1));

/** Finds a text in a dictionary a{sv}. */
export function textIn(dictionary: Buffer, key: string): string | undefined {
  for (const entry of membersOf(dictionary, variantAlignment)) {
    const found = keyAndValue(entry);
    if (found.key === key) return textOf(found.value);
  }
  return undefined;
}

/** Returns the text of a variant: the text, a zero byte, another one, and the type. */
function textOf(variant: Buffer): string | undefined {
  if (variant.subarray(-3).toString('latin1') !== '\0\0s') return undefined;
  const text = variant.toString('utf8', 0, variant.length - 3);
  return text.includes('\0') ? undefined : text;
}
