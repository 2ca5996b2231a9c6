// GVariant's serialized form, as far as files of OSTree have it: arrays, dictionaries a{sv} and tuples. Somebody else may have written
// what is read: what is wrong counts as missing.

/**
 * Reads the members of an array, which begin at multiples of `alignment`, up to the first one whose end is wrong. Their ends follow
 * the last one.
 */
export function* membersOf(container: Buffer, alignment: number): Generator<Buffer> {
  const width = widthOf(container.length);
  // The end of the last member is where the ends begin.
  const last = lastEnd(container);
  const count = Math.floor((container.length - last) / width);
  for (let at = 0, begin = 0; at < count; at += 1) {
    const end = uint(container, last + at * width, width);
    if (end < begin || end > last) return;
    yield container.subarray(begin, end);
    begin = aligned(end, alignment);
  }
}

/**
 * Returns the end that is stored last in a container, or one `before` it: in a tuple, the ends of its members of variable size are
 * stored backwards, so that the last one is that of the first member.
 */
export function lastEnd(container: Buffer, before = 0): number {
  const width = widthOf(container.length);
  return uint(container, container.length - (before + 1) * width, width);
}

/** Reads an entry {sv}: its key, and its value, which ends with a zero byte and its type. */
export function keyAndValue(entry: Buffer): { key: string; value: Buffer } {
  const end = lastEnd(entry);
  return {
    key: entry.toString('utf8', 0, end - 1),
    value: entry.subarray(aligned(end, variantAlignment), entry.length - widthOf(entry.length)),
  };
}

/** Serializes an entry {sv}. */
export function entryOf(key: string, value: Buffer): Buffer {
  const name = Buffer.from(`${key}\0`);
  return withEnds(Buffer.concat([padded(name, variantAlignment), value]), [name.length]);
}

/** Serializes an array. */
export function containerOf(members: readonly Buffer[], alignment: number): Buffer {
  let body = Buffer.alloc(0);
  const ends = members.map((member) => {
    body = Buffer.concat([padded(body, alignment), member]);
    return body.length;
  });
  return withEnds(body, ends);
}

/** Appends the ends of the members, each as wide as the size of the whole needs. */
function withEnds(body: Buffer, ends: readonly number[]): Buffer {
  const width = widths.find((one) => body.length + ends.length * one < 256 ** one) ?? widest;
  const offsets = Buffer.alloc(ends.length * width);
  for (const [index, end] of ends.entries()) offsets.writeUIntLE(end, index * width, width);
  return Buffer.concat([body, offsets]);
}

/** Variants, and entries that have one, begin at multiples of so many bytes. */
export const variantAlignment = 8;

const widest = 4;
const widths = [1, 2, widest];

/** The bytes of a stored end: as few as can name each position in the container. */
const widthOf = (length: number): number => widths.find((one) => length < 256 ** one) ?? widest;

const uint = (bytes: Buffer, at: number, width: number): number =>
  at >= 0 && at + width <= bytes.length ? bytes.readUIntLE(at, width) : 0;

const aligned = (position: number, alignment: number): number => Math.ceil(position / alignment) * alignment;

const padded = (bytes: Buffer, alignment: number): Buffer =>
  Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length, alignment) - bytes.length)]);
