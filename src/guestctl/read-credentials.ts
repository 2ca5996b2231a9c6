// Finds credentials of a running guest that have changed since it was started. A guest gets its credentials at its start.
import { readFileSync, statSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { idOf } from '../generator/units/public-lines.ts';
import { credentialsOf } from '../generator/units/set-credentials.ts';
import { unlessMissing } from '../host/node-files.ts';
import { driver } from '../machine/driver.ts';
import { valuesOfCredentials } from '../steps/boot/write-credentials.ts';
import { changeOf } from './change-times.ts';

/** Returns true if a file or a value that a running guest got as a credential is another one now. */
export const hasOtherCredentials = (guest: Guest): boolean =>
  guest.values.has('Service') && (isLoadedAnew(guest) || isSetAnew(guest));

/** Compares files with the copies that systemd gave the unit. */
function isLoadedAnew({ name, values }: Guest): boolean {
  const given = `/run/credentials/${driver.unit(name)}`;
  return (['LoadCredential', 'LoadCredentialEncrypted'] as const).some((key) =>
    values.effective('Service', key).some(({ value }) => {
      const id = idOf(value);
      const source = value.slice(id.length + 1);
      if (!source.startsWith('/') || value.includes('%')) return false;
      return isOther(source, `${given}/${id}`, { isEncrypted: key === 'LoadCredentialEncrypted' });
    }),
  );
}

/** Compares by time first. systemd gives out the decrypted content of an encrypted file, so only its time tells. */
function isOther(source: string, given: string, { isEncrypted }: { isEncrypted: boolean }): boolean {
  const copy = statSync(given, { throwIfNoEntry: false });
  if (!copy || changeOf(source) < copy.mtimeMs) return false;
  const now = statSync(source, { throwIfNoEntry: false });
  if (!now?.isFile()) return false;
  return isEncrypted || now.size !== copy.size || !readFileSync(source).equals(readFileSync(given));
}

/** Compares the values of SetCredential= with the files that the start wrote. */
const isSetAnew = (guest: Guest): boolean =>
  [...valuesOfCredentials(guest)].some(([id, value]) => {
    const given = unlessMissing(() => readFileSync(`${credentialsOf(guest.name)}/${id}`));
    return given !== undefined && value.bytes !== undefined && !given.equals(value.bytes);
  });
