// Guest files that guestctl writes: checked first, then installed.
import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { loadGuest } from '../config/load.ts';
import { searchPath } from '../config/search.ts';
import { writeAtomically } from '../host/atomic-file.ts';
import { nodeFiles, unlessMissing } from '../host/node-files.ts';
import { reloadUnits } from '../host/systemctl.ts';
import { problemsText } from './screens/problems.ts';
import { verifyOnHost } from './verify/on-host.ts';

/** Returns the path of an administrator's guest file. */
export const guestFileOf = (name: string): string => `${searchPath.guests[0]}/${name}.guest`;

/**
 * Returns the problems of a guest if its file had this text, each with its line; empty if there are none. Its drop-ins
 * count, too.
 */
export async function problemsWith(name: string, text: string): Promise<string> {
  const file = guestFileOf(name);
  const files = {
    list: (directory: string) => [
      ...nodeFiles.list(directory),
      ...(directory === dirname(file) ? [basename(file)] : []),
    ],
    read: (path: string) => (path === file ? text : nodeFiles.read(path)),
  };
  const checked = loadGuest(files, name);
  if (!checked) return `${file} is empty, which masks the guest`;
  const guest = 'broken' in checked ? checked.broken.rest?.() : checked.guest;
  const inFiles = 'broken' in checked ? checked.broken.problems : [];
  return problemsText([...inFiles, ...(guest ? await verifyOnHost(guest) : [])], files);
}

/** Installs a guest file, and runs the generator. A new file that has a secret in it is for root only. */
export async function installGuestFile(name: string, text: string): Promise<void> {
  const file = guestFileOf(name);
  const mode = secret.test(text) ? 0o600 : 0o644;
  // A link stays a link to the file that is written.
  writeAtomically(unlessMissing(() => realpathSync(file)) ?? file, text, mode);
  await reloadUnits();
}

/** A credential, or a URL with a password. */
const secret = /^\s*SetCredential(Encrypted)?\s*=|:\/\/[^\s/@]*:[^\s/@]*@/m;
