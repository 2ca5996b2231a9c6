// Guest, build and mirror files that guestctl writes: checked first, then installed.
import { realpathSync } from 'node:fs';
import { loadGuests } from '../config/load.ts';
import { runtimeDirectory } from '../config/paths.ts';
import type { Problem } from '../config/problem.ts';
import { createAtomically, writeAtomically } from '../host/atomic-file.ts';
import { Failure } from '../host/failure.ts';
import { lockWithin } from '../host/flock.ts';
import { makeDirectories } from '../host/make-directories.ts';
import { nodeFiles, unlessMissing } from '../host/node-files.ts';
import { reloadUnits } from '../host/systemctl.ts';
import { tell } from '../host/tell.ts';
import { type Declaration, loadDeclaration } from './declaration.ts';
import { type Planned, withPlanned } from './planned-files.ts';
import { problemsText } from './screens/problems.ts';
import { verifyBuildOnHost } from './verify/build-on-host.ts';
import { maskedProblem } from './verify/masked.ts';
import { verifyMirrorOnHost } from './verify/mirror-on-host.ts';
import { verifyOnHost } from './verify/on-host.ts';
import { GuestPlaces, sharedSysroot } from './verify/shared-sysroot.ts';

/** Returns the problems of a declaration if its file had this text, each with its line; empty if there are none. */
export async function problemsWith(declaration: Declaration, text: string): Promise<string> {
  const planned = new Map([[declaration.file, text]]);
  return problemsText(await findProblems(declaration, planned), withPlanned(planned));
}

/** Finds the problems of a declaration if these files were written. Its drop-ins count, too. */
export async function findProblems(declaration: Declaration, planned: Planned): Promise<readonly Problem[]> {
  const files = withPlanned(planned);
  const checked = loadDeclaration(files, declaration);
  if (!checked) return [maskedProblem(declaration)];
  if ('build' in checked) return verifyBuildOnHost(checked.build);
  if ('mirror' in checked) return verifyMirrorOnHost(checked.mirror);
  const guest = 'broken' in checked ? checked.broken.rest?.() : checked.guest;
  const inFiles = 'broken' in checked ? checked.broken.problems : [];
  const shared = guest ? sharedSysroot(guest, new GuestPlaces(loadGuests(files))) : [];
  return [...inFiles, ...shared, ...(await verifyOnHost([guest], files)).flat()];
}

/**
 * Fails if these files give a guest a directory of another one. findProblems() tells so before; this is for whileDeclaring(): another
 * guestctl may have declared a guest meanwhile.
 */
export function refuseShared(planned: Planned): void {
  const files = withPlanned(planned);
  const before = new Map(loadGuests(nodeFiles).guests.map(({ name, sysroot }) => [name, sysroot]));
  const declared = loadGuests(files);
  const places = new GuestPlaces(declared);
  const moved = declared.guests.filter(({ name, sysroot }) => before.get(name) !== sysroot);
  const problems = moved.flatMap((guest) => sharedSysroot(guest, places));
  if (problems.length > 0) throw new Failure(`${problemsText(problems, files)}\nNothing was written`);
}

/**
 * Runs what looks at declarations and then changes them, so that no other guestctl changes them in between. It takes moments: what
 * takes longer, such as checks of the host, comes before.
 */
export async function whileDeclaring<T>(work: () => T): Promise<Awaited<T>> {
  makeDirectories(runtimeDirectory);
  const release = await lockWithin(60, `${runtimeDirectory}/.declarations`, () =>
    tell('Another guestctl is writing guest files. Waiting for it, for at most a minute'),
  );
  if (!release)
    throw new Failure('Another guestctl is writing guest files', 'Try it again when that has ended');
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Replaces a declaration, and runs the generator. Fails if it is no longer what it was before: undefined if it did not exist. */
export async function replaceDeclaration(
  file: string,
  before: string | undefined,
  after: string,
): Promise<void> {
  await whileDeclaring(() => {
    requireUnchanged(file, before);
    refuseShared(new Map([[file, after]]));
    writeDeclaration(file, after);
  });
  await reloadUnits();
}

/** Fails if a declaration is no longer what it was; undefined if it did not exist. */
export function requireUnchanged(file: string, before: string | undefined): void {
  if (nodeFiles.read(file) !== before) throw changedMeanwhile(file);
}

export const changedMeanwhile = (file: string): Failure =>
  new Failure(
    `${file} was changed by somebody else meanwhile. It was not written`,
    'Read it, and make your change again',
  );

/** Makes a declaration that does not exist yet. Returns false if somebody else has made one meanwhile. */
export const createDeclaration = (file: string, text: string): boolean =>
  createAtomically(file, text, modeFor(text));

/** Writes a guest file or a build file. A new one that has a secret in it is for root only. */
export function writeDeclaration(file: string, text: string): void {
  // A link stays a link to the file that is written.
  writeAtomically(unlessMissing(() => realpathSync(file)) ?? file, text, modeFor(text));
}

const modeFor = (text: string): number => (secret.test(text) ? 0o600 : 0o644);

/** A credential other than public keys, or a URL with a password. */
const secret = /^\s*SetCredential(Encrypted)?\s*=(?!\s*ssh\.authorized_keys\.root:)|:\/\/[^\s/@]*:[^\s/@]*@/m;
