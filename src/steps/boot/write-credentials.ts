import { rmSync } from 'node:fs';
import { cEscapes } from '../../config/c-escapes.ts';
import type { Guest } from '../../config/guest.ts';
import { type Position, placeText } from '../../config/problem.ts';
import { idOf } from '../../generator/units/public-lines.ts';
import { credentialsOf, setCredentials } from '../../generator/units/set-credentials.ts';
import { Failure } from '../../host/failure.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { writeFile } from '../../host/write-file.ts';

/** Writes the SetCredential= values of a guest to files that only root can read. */
export function writeCredentials(guest: Guest): void {
  const directory = credentialsOf(guest.name);
  rmSync(directory, { recursive: true, force: true });
  const credentials = valuesOfCredentials(guest);
  if (credentials.size === 0) return;
  makeDirectories(directory, 0o700);
  for (const [id, { bytes, at }] of credentials) {
    if (!bytes) {
      const message = `${placeText(at)}: SetCredential=${id}: the value has a backslash that begins no escape`;
      throw new Failure(message, 'Write two of them for one, or see systemd.service(5), COMMAND LINES');
    }
    writeFile(`${directory}/${id}`, bytes, { mode: 0o600, flag: 'wx' });
  }
}

/** Returns the values by ID. The bytes are undefined if a backslash in the value begins no escape. */
export function valuesOfCredentials(
  guest: Pick<Guest, 'values'>,
): ReadonlyMap<string, { readonly bytes: Buffer | undefined; readonly at: Position }> {
  const found = [...setCredentials(guest)].map(
    ([id, { value, at }]) => [id, { at, bytes: unescaped(value.slice(idOf(value).length + 1)) }] as const,
  );
  return new Map(found);
}

/** Decodes C escapes, and \s for a blank, like systemd. Returns undefined for any other escape. */
export function unescaped(text: string): Buffer | undefined {
  const parts: Buffer[] = [];
  for (const [, plain, single, byte, octal, short, long, wrong] of text.matchAll(escapes)) {
    const point = short ?? long;
    if (wrong !== undefined) return undefined;
    if (plain !== undefined) parts.push(Buffer.from(plain));
    else if (single !== undefined) parts.push(Buffer.from(singles[single] ?? single));
    else if (byte !== undefined) parts.push(Buffer.of(Number.parseInt(byte, 16)));
    else if (octal !== undefined) parts.push(Buffer.of(Number.parseInt(octal, 8)));
    else if (point !== undefined) parts.push(Buffer.from(String.fromCodePoint(Number.parseInt(point, 16))));
  }
  return Buffer.concat(parts);
}

const escapes =
  /([^\\]+)|\\(?:([abfnrtvs\\"'])|x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U(?:00(?=0|10))([0-9a-fA-F]{6}))|(\\)/g;

const singles: Readonly<Record<string, string>> = { ...cEscapes, s: ' ' };
