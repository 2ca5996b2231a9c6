// The signatures of a commit: a file beside it, which OSTree reads whenever it verifies the commit.
import { readFileSync, rmSync } from 'node:fs';
import { writeAtomically } from '../host/atomic-file.ts';
import { unlessMissing } from '../host/node-files.ts';
import { commitObject } from './commit-object.ts';
import type { Checksum } from './names.ts';

/** Returns the path of the signatures of a commit. */
export const signaturesOf = (repository: string, commit: Checksum): string =>
  `${commitObject(repository, commit)}meta`;

/** Replaces the signatures of a commit by those that another repository has, if they differ. */
export function takeSignatures(from: string, repository: string, commit: Checksum): void {
  const [theirs, ours] = [from, repository].map((one) =>
    unlessMissing(() => readFileSync(signaturesOf(one, commit))),
  );
  if (theirs && !ours?.equals(theirs)) writeAtomically(signaturesOf(repository, commit), theirs);
}

/** Removes signatures that nobody has verified. */
export const dropSignatures = (repository: string, commit: Checksum): void =>
  rmSync(signaturesOf(repository, commit), { force: true });
