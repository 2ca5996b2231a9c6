// Guest files that guestctl writes: checked first, then installed.
import { realpathSync } from 'node:fs';
import { loadBuild, loadGuest } from '../config/load.ts';
import { guestFileOf } from '../config/paths.ts';
import { writeAtomically } from '../host/atomic-file.ts';
import { unlessMissing } from '../host/node-files.ts';
import { reloadUnits } from '../host/systemctl.ts';
import { type Planned, withPlanned } from './planned-files.ts';
import { problemsText } from './screens/problems.ts';
import { verifyBuildOnHost } from './verify/build-on-host.ts';
import { verifyOnHost } from './verify/on-host.ts';

/** Returns the problems of a guest if its file had this text, like problemsOf(). */
export const problemsWith = (name: string, text: string): Promise<string> =>
  problemsOf(name, new Map([[guestFileOf(name), text]]));

/**
 * Returns the problems of a guest if these files were written, each with its line; empty if there are none. Its drop-ins
 * count, too.
 */
export async function problemsOf(name: string, planned: Planned): Promise<string> {
  const files = withPlanned(planned);
  const checked = loadGuest(files, name);
  if (!checked) return `${guestFileOf(name)} is empty, which masks the guest`;
  const guest = 'broken' in checked ? checked.broken.rest?.() : checked.guest;
  const inFiles = 'broken' in checked ? checked.broken.problems : [];
  return problemsText([...inFiles, ...(await verifyOnHost([guest], files)).flat()], files);
}

/** Returns the problems of a build if these files were written; empty if there are none. */
export function problemsOfBuild(name: string, planned: Planned): string {
  const files = withPlanned(planned);
  const checked = loadBuild(files, name);
  if (!checked) return '';
  const problems = 'broken' in checked ? checked.broken.problems : verifyBuildOnHost(checked.build);
  return problemsText(problems, files);
}

/** Installs a guest file, and runs the generator. */
export async function installGuestFile(name: string, text: string): Promise<void> {
  writeDeclaration(guestFileOf(name), text);
  await reloadUnits();
}

/** Writes a guest file or a build file. A new one that has a secret in it is for root only. */
export function writeDeclaration(file: string, text: string): void {
  const mode = secret.test(text) ? 0o600 : 0o644;
  // A link stays a link to the file that is written.
  writeAtomically(unlessMissing(() => realpathSync(file)) ?? file, text, mode);
}

/** A credential other than public keys, or a URL with a password. */
const secret = /^\s*SetCredential(Encrypted)?\s*=(?!\s*ssh\.authorized_keys\.root:)|:\/\/[^\s/@]*:[^\s/@]*@/m;
