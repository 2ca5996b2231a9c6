// Reads the metadata of commits from their objects. ostree(1) would be a process for each key.
import { Failure } from '../host/failure.ts';
import { readRegularBytes } from '../host/node-files.ts';

/** libostree reads no larger one, either: OSTREE_MAX_METADATA_SIZE. */
const largestCommit = 128 << 20;

export const commitObject = (repository: string, checksum: string): string =>
  `${repository}/objects/${checksum.slice(0, 2)}/${checksum.slice(2)}.commit`;

/** Returns a text in the metadata of a commit; undefined if the commit or the key is missing, or the value is no text. */
export function textOfCommit(repository: string, checksum: string, key: string): string | undefined {
  const object = readObject(commitObject(repository, checksum));
  return object && textIn(metadataIn(object), key);
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

/**
 * Returns the metadata in a commit object, of the type a{sv}: the first of its members, a(a{sv}aya(say)sstayay). In GVariant's
 * serialization, the ends of members are at the end of the tuple, that of the first one last.
 */
function metadataIn(commit: Buffer): Buffer {
  return commit.subarray(0, endsIn(commit, 1).at(0) ?? 0);
}

/** Finds a text in a dictionary a{sv}. Whoever made the commit has written it: what is wrong counts as missing. */
export function textIn(dictionary: Buffer, key: string): string | undefined {
  const width = widthOf(dictionary.length);
  // The end of the last entry is where the ends begin.
  const [last = 0] = endsIn(dictionary, 1);
  const count = Math.floor((dictionary.length - last) / width);
  for (let at = 0, begin = 0; at < count; at += 1) {
    const end = uint(dictionary, last + at * width, width);
    if (end < begin || end > last) return undefined;
    const entry = dictionary.subarray(begin, end);
    const [endOfKey = 0] = endsIn(entry, 1);
    if (endOfKey > 0 && entry.toString('utf8', 0, endOfKey - 1) === key)
      return textOf(entry, aligned(endOfKey));
    begin = aligned(end);
  }
  return undefined;
}

/** Returns the text of an entry {sv}, whose value begins at `begin`: the text, a zero byte, another one, and the type. */
function textOf(entry: Buffer, begin: number): string | undefined {
  const end = entry.length - widthOf(entry.length);
  const variant = entry.subarray(begin, end);
  if (variant.subarray(-3).toString('latin1') !== '\0\0s') return undefined;
  const text = variant.toString('utf8', 0, variant.length - 3);
  return text.includes('\0') ? undefined : text;
}

/** Returns the last so many of the ends that are stored in a container, in the order of the members. */
const endsIn = (container: Buffer, count: number): number[] => {
  const width = widthOf(container.length);
  return Array.from({ length: count }, (_, at) =>
    uint(container, container.length - (at + 1) * width, width),
  );
};

/** The bytes of a stored end: as few as can name each position in the container. */
const widthOf = (length: number): number => (length <= 0xff ? 1 : length <= 0xffff ? 2 : 4);

const uint = (bytes: Buffer, at: number, width: number): number =>
  at >= 0 && at + width <= bytes.length ? bytes.readUIntLE(at, width) : 0;

/** Variants begin at multiples of 8 bytes. */
const aligned = (position: number): number => (position + 7) & ~7;
