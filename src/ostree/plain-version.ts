import { Failure } from '../host/failure.ts';
import { printableLine } from '../host/printable.ts';

const longest = 200;
const remedy = 'Commit it with another version';

/** Returns undefined for a version that is not plain text on one line, or too long to be shown. */
export const plainVersion = (version: string | undefined): string | undefined =>
  version !== undefined && printableLine(version) === version && version.length <= longest
    ? version
    : undefined;

/**
 * Refuses a version that is not plain text on one line: libostree copies it into the boot entry, where a new line would
 * be an option of its own. `whose` is the subject of the error message.
 */
export function requirePlainVersion(version: string, whose: string): string {
  if (printableLine(version) !== version)
    throw new Failure(`${whose} has a version with control characters: ${JSON.stringify(version)}`, remedy);
  if (version.length > longest)
    throw new Failure(
      `${whose} has a version of ${version.length} characters; ${longest} are the most`,
      remedy,
    );
  return version;
}
