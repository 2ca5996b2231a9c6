import { Failure } from '../failure.ts';
import { printableLine } from '../printable.ts';

const longest = 200;

/**
 * Refuses a version that is not plain text on one line: libostree copies it into the boot entry, where a new line would
 * be an option of its own. `whose` is the subject of the error: what has that version.
 */
export function requirePlainVersion(version: string, whose: string): string {
  if (printableLine(version) !== version)
    throw new Failure(`${whose} has a version with control characters in it: ${shown(version)}`);
  if (version.length > longest)
    throw new Failure(`${whose} has a version of ${version.length} characters; ${longest} are the most`);
  return version;
}

/** A text that others made, such as a file name of a tree, as it is put into a message. */
export function shown(text: string): string {
  const plain = printableLine(text);
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}
